// Pictures of every page in both themes and two widths, into dashboard/shots: to be looked at, not compared. A word after
// it takes those whose name has it; `states` those of a company that has not paid, that is closed, or that is another.
import { mkdir } from "node:fs/promises";
import { dirname, join as path, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { company, furnished, join, signUp, stand } from "./company.js";
import { close, LOOKS, open, visit } from "./dashboard.js";
import { pages, show } from "./pages.js";
import { PAGES, pathOf } from "./states.js";

const folder = path(resolve(dirname(fileURLToPath(import.meta.url)), "../.."), "dashboard/shots");
await mkdir(folder, { recursive: true });
const steward = await open();
const only = process.argv[2];
const looks = LOOKS.map((look) => ({ ...look, name: `${look.colorScheme}-${look.width}` }));

/** A browser that looks so. */
const dressed = ({ colorScheme, width }) => ({
  colorScheme,
  viewport: { width, height: width === 360 ? 740 : 720 },
  reducedMotion: "reduce",
});

const shoot = (page, name, look) => page.screenshot({ path: path(folder, `${name}-${look.name}.png`), fullPage: true });

async function everyPage() {
  for (const look of looks) {
    const owner = await steward.owner(dressed(look));
    const nobody = await steward.stranger(dressed(look));
    for (const one of await pages(steward)) {
      if (only && !one.name.includes(only)) continue;
      const page = one.signedIn ? owner : nobody;
      await show(page, one);
      await shoot(page, one.name, look);
    }
    await close(owner, nobody);
  }
}

/** Every page of a company that has not paid. */
async function unpaid(state, days) {
  const made = await company(steward, state.replace("_", ""));
  const about = await furnished(steward, made);
  await stand(steward, made, state, days);
  for (const look of looks) {
    const page = await steward.as(made, dressed(look));
    for (const name of Object.keys(PAGES)) {
      await visit(page, pathOf(name, about));
      await shoot(page, `${state}-${name}`, look);
    }
    await close(page);
  }
}

/** What stands in place of every page: of a company that is closed, and of one that a link is about. */
async function deadEnds() {
  const made = await company(steward, "Suspended");
  const guest = await signUp(steward, "Guest");
  await join(steward, made, guest, "read_only");
  const { tenant } = await made.call("GET", "/v1/tenant", 200);
  // A closed company lets nobody in anew.
  const signedIn = [];
  for (const look of looks) {
    signedIn.push([look, await steward.as(made, dressed(look)), await steward.as(guest, dressed(look))]);
  }
  await stand(steward, made, "suspended", 22);
  for (const [look, inside, outside] of signedIn) {
    for (const [name, page, to] of [
      ["closed", inside, "/"],
      ["elsewhere-closed", outside, `/savings?company=${tenant}`],
      ["elsewhere-not-yours", outside, "/savings?company=ten_00000000000000000000000001"],
    ]) {
      await visit(page, to);
      await shoot(page, name, look);
    }
    await close(inside, outside);
  }
}

try {
  if (only === "states") {
    await unpaid("past_due", 3);
    await unpaid("read_only", 15);
    await deadEnds();
  } else {
    await everyPage();
  }
  steward.noTroubles();
} finally {
  await steward.close();
}
