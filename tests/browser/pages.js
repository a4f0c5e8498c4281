// Every page there is, and what opens on them. What a page needs to show something is made once for a running Steward: a
// change, an invitation, a question to a manager.
import { readFileSync } from "node:fs";
import { account, agree, applied, colleague } from "./company.js";
import { mailedLink, seen, visit } from "./dashboard.js";

const known = new Map();
const TREE = new URL("../../dashboard/src/routeTree.gen.ts", import.meta.url);

/** Every route of the dashboard by its path, and whether it is open to those who are not signed in. */
export function routes() {
  const [, ids] = /\n {2}id:\n([^]*?)\n {2}fileRoutesById/.exec(readFileSync(TREE, "utf8"));
  const parts = [...ids.matchAll(/'([^']+)'/g)].map(([, id]) => id.split("/"));
  return (
    parts
      // What begins with _ is a frame around pages and none itself.
      .filter((all) => !all.at(-1).startsWith("_"))
      .map((all) => ({
        path: `/${all.filter((part) => part && !part.startsWith("_")).map((part) => part.replace(/_$/, "")).join("/")}`,
        open: all.includes("_public"),
      }))
  );
}

/** Every page there is, with an address at which it shows something. */
export function pages(steward) {
  if (!known.has(steward.url)) known.set(steward.url, listed(steward));
  return known.get(steward.url);
}

/** Opens one of them, does there what `act` does, and waits until it shows what it is for. */
export async function show(page, { path, until, act }) {
  await visit(page, path);
  await act?.(page);
  if (until) await seen(page, until);
}

const press = (name) => (page) => page.getByRole("main").getByRole("button", { name, exact: true }).first().click();

/** Opens what finds pages and acts by their names, however narrow the screen is. */
async function find(page) {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "A page, or something to do" }).waitFor();
}

/** Leaves a page on which something was typed that is not saved. */
async function leave(page) {
  await page.getByRole("spinbutton").first().fill("77");
  await find(page);
  await page.keyboard.type("Activity");
  await page.keyboard.press("Enter");
}

async function listed(steward) {
  const demo = await account(steward, steward);
  demo.directory = (await demo.call("GET", "/v1/microsoft", 200)).directory;
  const { items } = await demo.call("GET", "/v1/findings", 200);
  const withPeople = items.find((finding) => finding.people > 1);
  const withSeats = items.find((finding) => finding.people === 0);
  const someone = (await demo.call("GET", "/v1/people?status=not_used&limit=1", 200)).items[0];

  await agree(steward, demo, { tier: "licence_writer" });
  const [change, next] = await fixable(demo, items.filter((one) => one !== withPeople));
  const fix = await applied(steward, demo, change.preview);
  const reason = "We hire in spring.";
  await demo.call("POST", "/v1/exceptions", 201, { finding: withSeats.finding, reason });
  await colleague(steward, demo, "cora@northwind.example", "member", "Cora Colleague");
  await demo.call("POST", "/v1/invitations", 202, { email: "guest@northwind.example", role: "read_only" });
  const invitation = new URL(await mailedLink(steward, "guest@northwind.example", "/invitation"));
  const [asked] = (await demo.call("GET", `/v1/findings/${withPeople.finding}/people`, 200)).items;
  const question = { people: [asked.person], deadline_days: 7, to: demo.email };
  await demo.call("POST", `/v1/findings/${withPeople.finding}/attestations`, 202, question);
  const attestation = new URL(await mailedLink(steward, demo.email, "/attestation"));

  const signedIn = [
    ["home", "/"],
    ["welcome", "/welcome"],
    ["connect", "/connect"],
    ["savings", "/savings"],
    ["savings-none", "/savings?show=unpriced"],
    ["finding-people", `/savings/${withPeople.finding}`],
    ["preview", `/savings/${next.finding}?preview=advised`, "How it is undone"],
    ["finding-seats", `/savings/${withSeats.finding}`],
    ["finding-gone", "/savings/fnd_1pystws0f79vtyhrjxjg7dj13n"],
    ["people", "/people"],
    ["people-none", "/people?search=nobody-is-called-so"],
    ["person", `/people/${someone.person}`],
    ["person-gone", "/people/00000000-0000-4000-8000-000000000000"],
    ["changes", "/changes"],
    ["change", `/changes/${fix}`, /^\d+ done$/],
    ["change-gone", "/changes/fix_1pystws0f79vtyhrjxjg7dj13n"],
    ["licences", "/licences"],
    ["trends", "/trends"],
    ["activity", "/activity"],
    ["team", "/team"],
    ["account", "/account"],
    ["security", "/account/security"],
    ["notifications", "/account/notifications"],
    ["devices", "/account/devices"],
    ["connection", "/settings/connection"],
    ["sign-in-rules", "/settings/sign-in"],
    ["keys", "/settings/keys"],
    ["company", "/settings/company"],
    ["checks", "/settings/checks"],
    ["exceptions", "/settings/exceptions"],
    ["access", "/settings/access"],
    ["access-none", "/settings/access?of=undos"],
    ["new-company", "/new-company"],
    ["connect-refused", "/connect/callback?state=made-up", "Nothing was connected"],
    ["link-refused", "/account/microsoft?state=made-up", "Signing in with Microsoft did not work"],
    ["not-found", "/nothing/here"],
    // What opens on a page.
    ["find", "/", "What we read and wrote", find],
    ["person-menu", "/", "Sign out", (page) => page.locator("summary", { hasText: "Demo Owner" }).click()],
    ["put-off", `/savings/${withPeople.finding}`, /^It is not among what to do next/, press("Put it off")],
    ["accept", `/savings/${withPeople.finding}`, /^It stays in the list as accepted/, press("Accept it as it is")],
    ["ask-manager", `/savings/${withPeople.finding}`, "Whom it is about", press("Ask the manager")],
    ["undo", `/changes/${fix}`, "Put it back", press("Undo")],
    ["price", "/licences", "How you buy it", press(/^Change the price of /)],
    ["calendar-address", "/licences", "Such as: office calendar.", press("Make an address")],
    ["role", "/team", "Save the role", press("Make a role")],
    ["remove-member", "/team", /^They are signed out at once/, press(/^Remove: /)],
    ["disconnect", "/settings/connection", /^No more checks run\./, press("Disconnect")],
    ["take-back", "/settings/access", /^Changes under way stop/, press(/^Take it back: /)],
    ["exception-change", "/settings/exceptions", "Ends on", press(/^Change: /)],
    ["exception-end", "/settings/exceptions", "What it covers counts again within seconds.", press(/^End: /)],
    ["key", "/settings/keys", "What it may do", press("Make a key")],
    ["unsaved", "/settings/checks", "What you changed here is not saved.", leave],
  ];
  const open = [
    ["sign-in", "/sign-in"],
    ["sign-in-refused", "/sign-in/microsoft?state=made-up", "Signing in with Microsoft did not work"],
    ["sign-up", "/sign-up"],
    ["verify", "/verify#token=svt_x"],
    ["reset-password", "/reset-password"],
    ["new-password", "/reset-password#token=spt_x"],
    ["confirm-email", "/confirm-email#token=sct_x"],
    ["undo-email-change", "/undo-email-change#token=sut_x"],
    ["confirm-microsoft", "/confirm-microsoft#token=slt_x"],
    ["invitation", `/invitation${invitation.hash}`],
    ["invitation-used", "/invitation#token=sit_x"],
    ["attestation", `/attestation${attestation.hash}`],
    ["attestation-used", "/attestation#token=sat_x"],
    ["incomplete-link", "/verify"],
  ];
  const all = (list, signedIn) => list.map(([name, path, until, act]) => ({ name, path, until, act, signedIn }));
  // Made by somebody else: accessibility.test.js looks at it by itself.
  const reference = { name: "docs", path: "/docs", signedIn: false, foreign: true };
  return [...all(signedIn, true), ...all(open, false), reference];
}

/** Two findings that a fix does something about, the first with as few people as there are, each with its preview. */
async function fixable(demo, findings) {
  const found = [];
  for (const { finding, people, remedy } of findings.toSorted((a, b) => a.people - b.people)) {
    if (people === 0 || remedy !== "remove_licences") continue;
    const preview = await demo.call("POST", "/v1/fixes/preview", 200, { finding });
    if (preview.people > 0 && found.push({ finding, preview }) === 2) return found;
  }
  throw new Error("too few findings can be fixed");
}
