// Names that people and directories give are shown as text, whatever they are: markup, formulas, characters that turn
// text around, hundreds of letters. On every page, at the narrowest width.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { account, agree, applied, colleague, connect, join, signUp } from "./company.js";
import { mailedLink, open, visit } from "./dashboard.js";

const DIRECTORY = "Hostile <img src=x onerror=alert(1)>{{7*7}}";
/** Characters that turn what follows around (Unicode UAX 9). */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/;
/** Letters that are written from right to left: they take what stands beside them along. */
const OTHER_WAY = /[\u0590-\u08ff]/;
/** Names of the directory that are more than letters. */
const HOSTILE = /[<{=@\u202e]/;
// What people of the team give themselves. Characters that turn text around are refused there; letters are not.
const COMPANY = "שלום <script>alert(2)</script>";
const MEMBER = `<img src=x onerror=alert(3)> محمد ${"W".repeat(60)}`;
const ROLE = `محمد <iframe src=//attacker.example> ${"M".repeat(30)}`;
const REASON = `=HYPERLINK("//attacker.example") محمد <b>${"N".repeat(80)}`;
let steward, acme;

before(async () => {
  steward = await open();
  acme = await signUp(steward, "Hostile", COMPANY);
  await connect(steward, acme, { name: DIRECTORY, seed: 12, people: 100 });
});
after(async () => {
  await steward?.close();
});

/** On the narrowest phone. Where a dialog of the browser's opens, a name ran as a script. */
async function narrow(page) {
  page.on("dialog", (dialog) => assert.fail(`a name ran as a script: ${dialog.message()}`));
  await page.setViewportSize({ width: 360, height: 740 });
  return page;
}

/** Fails where a name on a page as it stands is more than text, or turns something around beside itself; the page's text. */
async function isText(page, where) {
  const found = await page.evaluate(
    ([turns, letters]) => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const loose = [];
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        // A choice of a list has a line of its own; what is only said aloud turns nothing around.
        if (text.parentElement.closest("bdi, option, script, style, .sr-only")) continue;
        const beside = new RegExp(letters).test(text.data) && /[a-z]/i.test(text.data);
        if (new RegExp(turns).test(text.data) || beside) loose.push(text.data);
      }
      return {
        loose,
        markup: document.querySelectorAll("img, iframe, main script, dialog script").length,
        wide:
          document.documentElement.scrollWidth > innerWidth
            ? [...document.querySelectorAll("body *")]
                .filter((one) => one.getBoundingClientRect().right > innerWidth)
                .map((one) => `${one.tagName} ${one.className}`)
            : [],
        text: document.body.textContent,
      };
    },
    [TURNS.source, OTHER_WAY.source],
  );
  assert.deepEqual(found.loose, [], `${where}: outside of <bdi>`);
  assert.equal(found.markup, 0, where);
  assert.doesNotMatch(await page.title(), TURNS, where);
  assert.deepEqual(found.wide, [], `${where} is wider than the screen`);
  return found.text;
}

test("a hostile name is text on every page, and turns nothing around that is not its own", async () => {
  const page = await narrow(await steward.as(acme));
  // Those of most people name every kind of name.
  const { items: all } = await acme.call("GET", "/v1/findings?limit=100", 200);
  const items = all.sort((a, b) => b.people - a.people).slice(0, 8);
  const paths = ["/", "/savings", "/people", "/licences", "/trends", "/changes", "/activity", "/settings/connection"];
  const hostile = await hostilePeople();
  const fixed = items.find(({ remedy }) => remedy === "remove_licences");
  paths.push("/connect", ...hostile.slice(0, 5).map(({ person }) => `/people/${person}`));
  paths.push(...items.map(({ finding }) => `/savings/${finding}`), `/savings/${fixed.finding}?preview=advised`);
  const told = [];
  for (const path of paths) {
    await visit(page, path);
    if (path === "/connect") await page.getByText(/ is connected\.$/).first().waitFor();
    if (path.includes("preview")) await page.getByRole("dialog").getByText(/^(What changes|Left alone)$/).first().waitFor();
    told.push(await isText(page, path));
  }
  const text = told.join("\n");
  const shown = hostile.filter(({ name }) => text.includes(name)).map(({ name }) => name);
  assert.ok(shown.length >= 4, `too few hostile names are on any page: ${shown}`);
  assert.ok(text.includes(DIRECTORY));
  // In a file a spreadsheet runs none of them.
  await visit(page, "/people");
  const formulas = hostile.filter(({ name }) => /^[=@]/.test(name));
  assert.ok(formulas.length > 0, "nobody's name is a formula");
  const download = page.getByRole("button", { name: "Download as a file" });
  const [taken] = await Promise.all([page.waitForEvent("download"), download.click()]);
  const file = await readFile(await taken.path(), "utf8");
  for (const { name } of formulas) assert.ok(file.includes(`"'${name.replaceAll('"', '""')}"`), name);
  assert.doesNotMatch(file, /(^|,)"[=+@-]/m);
  steward.noTroubles();
  await page.context().close();
});

/** People of the directory whose names are more than letters. */
async function hostilePeople() {
  const { items } = await acme.call("GET", "/v1/people?limit=100", 200);
  return items.filter(({ name }) => HOSTILE.test(name));
}

/** Findings about somebody whose name is hostile, with these; whose name turns text around comes first. */
async function aboutHostile() {
  const { items } = await acme.call("GET", "/v1/findings?limit=100", 200);
  const found = [];
  for (const { finding, people, remedy } of items) {
    if (people === 0) continue;
    const affected = (await acme.call("GET", `/v1/findings/${finding}/people?limit=100`, 200)).items;
    const hostile = affected.filter(({ name }) => HOSTILE.test(name));
    hostile.sort((a, b) => Number(TURNS.test(b.name)) - Number(TURNS.test(a.name)));
    if (hostile.length > 0) found.push({ finding, remedy, hostile });
  }
  return found.toSorted((a, b) => Number(TURNS.test(b.hostile[0].name)) - Number(TURNS.test(a.hostile[0].name)));
}

test("a name is text in the team, a change, an exception, a question, an invitation and what is found by typing", async () => {
  // One of the team is called so, and does what follows.
  const mallory = await colleague(steward, acme, "mallory@hostile.example", "admin", MEMBER);
  mallory.directory = acme.directory;
  const { role } = await mallory.call("POST", "/v1/roles", 201, { name: ROLE, permissions: ["findings:read"] });
  await mallory.call("POST", "/v1/invitations", 202, { email: "asked@hostile.example", role });
  const invitation = await mailedLink(steward, "asked@hostile.example", "/invitation");

  const found = await aboutHostile();
  const [{ finding, hostile: [asked] }] = found;
  const question = { people: [asked.person], deadline_days: 7, to: acme.email };
  await mallory.call("POST", `/v1/findings/${finding}/attestations`, 202, question);
  const attestation = await mailedLink(steward, acme.email, "/attestation");
  await mallory.call("POST", "/v1/exceptions", 201, { finding, person: asked.person, reason: REASON });

  await agree(steward, mallory, { tier: "licence_writer" });
  let change, fixed;
  for (const one of found.filter(({ remedy }) => remedy === "remove_licences")) {
    const people = one.hostile.filter(({ person }) => person !== asked.person).map(({ person }) => person);
    if (people.length === 0) continue;
    const preview = await mallory.call("POST", "/v1/fixes/preview", 200, { finding: one.finding, people });
    if (preview.people === 0) continue;
    fixed = preview.items.find(({ blocked }) => !blocked);
    change = await applied(steward, mallory, preview);
    break;
  }
  assert.ok(change, "nobody with a hostile name is in a finding that can be fixed");

  const page = await narrow(await steward.as(mallory));
  const shows = async (path, ...names) => {
    await visit(page, path);
    for (const name of names) await page.waitForFunction((name) => document.body.textContent.includes(name), name);
    return isText(page, path);
  };
  await shows("/team", MEMBER, ROLE);
  const address = page.getByLabel("E-mail address");
  const colleagues = page.waitForResponse((answer) => answer.url().includes("/v1/microsoft/colleagues"));
  await address.pressSequentially(asked.name.slice(0, 3));
  await colleagues;
  await isText(page, "whom to invite");
  await shows(`/changes/${change}`, MEMBER, fixed.name);
  await shows("/changes", MEMBER);
  await shows("/settings/exceptions", MEMBER, asked.name, REASON);
  await page.getByRole("button", { name: /^Change: / }).click();
  await page.getByRole("dialog", { name: "Change the exception" }).waitFor();
  await isText(page, "an exception that is changed");
  await shows(`/savings/${finding}`, asked.name, REASON);
  const other = found.find((one) => one.finding !== finding) ?? found[0];
  await shows(`/savings/${other.finding}`);
  await page.getByRole("button", { name: "Ask the manager", exact: true }).click();
  await page.getByRole("dialog").getByRole("checkbox").first().waitFor();
  await isText(page, "whom to ask about");
  await shows("/settings/access");
  await shows("/settings/checks");
  await page.getByLabel("Find somebody to add").first().fill(asked.name.slice(0, 3));
  await page.getByRole("button", { name: /^Add / }).first().waitFor();
  await isText(page, "whom to leave alone");

  await visit(page, "/");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "A page, or something to do" }).fill(DIRECTORY);
  await page.getByRole("option").filter({ hasText: DIRECTORY }).waitFor();
  await isText(page, "what is found by typing");
  await page.getByRole("combobox", { name: "A page, or something to do" }).fill(COMPANY);
  await page.getByRole("option").filter({ hasText: COMPANY }).waitFor();
  await isText(page, "what is typed there");
  await page.context().close();

  // Who is asked, by a manager's question or an invitation, is nobody's member.
  const stranger = await narrow(await steward.stranger());
  await visit(stranger, attestation);
  const told = await isText(stranger, "the question to a manager");
  for (const name of [COMPANY, asked.name]) assert.ok(told.includes(name), told);
  await visit(stranger, invitation);
  const invited = await isText(stranger, "the invitation");
  for (const name of [COMPANY, MEMBER, ROLE]) assert.ok(invited.includes(name), invited);
  steward.noTroubles();
  await stranger.context().close();
});

test("a name in the title of a dialog, in a menu and in what is told for a moment turns nothing around beside itself", async () => {
  const [duty, key, calendar] = ["מנהל <b>accounts</b>", "מפתח <b>key</b>", "יומן <b>calendar</b>"];
  const eve = await colleague(steward, acme, "eve@hostile.example", "read_only", "מריה <b>Eve</b>");
  const { name: eves } = await eve.call("GET", "/v1/me", 200);
  const permissions = ["findings:read"];
  // Who has just signed in is not asked to prove it again.
  const olga = await account(steward, acme);
  await olga.call("POST", "/v1/roles", 201, { name: duty, permissions });
  await olga.call("POST", "/v1/keys", 201, { name: key, scopes: permissions });
  await olga.call("POST", "/v1/feeds", 201, { name: calendar });
  const other = await signUp(steward, "Otherwise", "חברה <i>other</i>");
  const { name: company, tenant } = await other.call("GET", "/v1/tenant", 200);
  await join(steward, other, olga, "admin");

  const page = await narrow(await steward.as(acme));
  for (const [path, act, title] of [
    ["/team", `Remove: ${eves}`, `Remove ${eves}?`],
    ["/team", `Change: ${duty}`, duty],
    ["/team", `Delete: ${duty}`, `Delete ${duty}?`],
    ["/settings/keys", `Revoke: ${key}`, `Revoke ${key}?`],
    ["/licences", `Revoke: ${calendar}`, `Revoke ${calendar}?`],
  ]) {
    await visit(page, path);
    await page.getByRole("button", { name: act, exact: true }).click();
    await page.getByRole("dialog", { name: title, exact: true }).waitFor();
    await isText(page, title);
    await page.keyboard.press("Escape");
  }
  await visit(page, "/settings/company");
  await isText(page, "the company's own page");
  await page.locator("summary", { hasText: "Olga Owner" }).click();
  const there = page.getByRole("button", { name: `Go to ${company}`, exact: true });
  await there.waitFor();
  await isText(page, "the menu of who is signed in");
  await page.goto(`/team?company=${tenant}`);
  await page.getByText(`You are in ${company} now.`, { exact: true }).waitFor();
  await isText(page, "what is told on the way to another company");
  steward.noTroubles();
  await page.context().close();
});
