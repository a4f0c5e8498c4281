// Everybody can use every page: axe in both themes and two widths, Escape, where the focus goes, less motion.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dress, faults, graves, LOOKS, opened, visit } from "./dashboard.js";
import { pages, routes, show } from "./pages.js";

const steward = opened({ reducedMotion: "reduce" });

/** Opens each page there is in a browser of its own; what `look` finds wrong with it. */
async function everyPage(context, look) {
  const owner = await steward.owner(context);
  const nobody = await (await steward.visitor(context)).newPage();
  const wrong = [];
  for (const one of (await pages(steward)).filter(({ foreign }) => !foreign)) {
    const page = one.signedIn ? owner : nobody;
    await show(page, one);
    for (const what of await look(page)) wrong.push(`${one.name}: ${what}`);
  }
  await owner.context().close();
  await nobody.context().close();
  return wrong;
}

test("axe finds nothing grave on any page, and nothing is too small or too wide", async () => {
  assert.deepEqual(await everyPage({}, faults), []);
});

/** Rules that Scalar's own markup in the API reference breaks, each with why that cannot be mended from here. The list only
 * gets shorter: one that is kept no longer fails the test as well. What stands around Scalar breaks none. */
const SCALARS = {
  "button-name": "its button that copies an example is a picture without words",
  "label-content-name-mismatch": "its button that says Show More is named by what it shows",
  "scrollable-region-focusable": "its lists of operations scroll inside themselves",
  "target-size": "its arrows of the side bar are less than 24 px",
};
/** Its markup: where it is put, and what it puts beside that. */
const SCALAR = "#reference, body > div";

test("axe finds nothing grave in the API reference but what is listed of its maker's", async (t) => {
  const page = await steward.stranger();
  const found = [];
  for (const look of LOOKS) {
    await dress(page, look);
    await visitReference(page);
    const places = { opened: async () => {}, ...(look.width > 1000 && { "an operation": () => operation(page) }) };
    for (const [place, go] of Object.entries(places)) {
      await go();
      const where = `${place}, ${look.colorScheme}, ${look.width} px`;
      for (const one of await graves(page, SCALAR)) found.push({ ...one, where });
    }
  }
  await page.context().close();
  for (const { rule, where, html } of found) t.diagnostic(`${rule}, ${where}: ${html}`);
  const listed = ({ rule, theirs }) => theirs && rule in SCALARS;
  assert.deepEqual(found.filter((one) => !listed(one)), []);
  const broken = new Set(found.filter(listed).map(({ rule }) => rule));
  assert.deepEqual(Object.keys(SCALARS).filter((rule) => !broken.has(rule)), [], "is no longer broken");
});

test("the API reference follows the machine from light to dark while it is open, its frame and its inside alike", async () => {
  const page = await steward.stranger();
  await page.emulateMedia({ colorScheme: "light" });
  await visitReference(page);
  const ink = () => page.evaluate(() => getComputedStyle(document.body).color);
  // The class is Scalar's, the ink is the frame's.
  await page.locator("body.light-mode").waitFor();
  const light = await ink();
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator("body.dark-mode").waitFor();
  assert.notEqual(await ink(), light);
  await page.context().close();
});

async function visitReference(page) {
  await page.goto("about:blank");
  await page.goto("/docs");
  await page.getByRole("heading", { name: "Steward" }).first().waitFor();
}

/** Opens an operation by the list at its side. */
async function operation(page) {
  const side = page.getByRole("complementary").or(page.getByRole("navigation"));
  await side.getByText("findings", { exact: true }).first().click();
  await page.getByText("List people").first().click();
  await page.getByRole("heading", { name: "List people" }).waitFor();
}

test("every route of the dashboard is among the pages that are looked at", async () => {
  const listed = (await pages(steward)).map(({ path }) => new URL(path, steward.url).pathname);
  const all = routes().map(({ path }) => path);
  assert.ok(all.includes("/savings/$finding") && all.includes("/sign-in"), String(all));
  const is = (route) => new RegExp(`^${route.replaceAll(/\$\w+/g, "[^/]+")}$`);
  assert.deepEqual(all.filter((route) => !listed.some((path) => is(route).test(path))), []);
});

test("Escape closes what was opened, and gives the focus back", async () => {
  const page = await steward.owner();
  const focusIsOn = (name) => page.waitForFunction((name) => document.activeElement?.textContent?.includes(name), name);
  for (const [path, name, opened] of [
    ["/settings/keys", "Make a key", (page) => page.getByRole("dialog", { name: "Make a key" })],
    ["/settings/connection", "Disconnect", (page) => page.getByRole("dialog", { name: "Disconnect Microsoft 365?" })],
  ]) {
    await visit(page, path);
    await page.getByRole("button", { name, exact: true }).focus();
    await page.keyboard.press("Enter");
    await opened(page).waitFor();
    await page.keyboard.press("Escape");
    await opened(page).waitFor({ state: "detached" });
    await focusIsOn(name);
  }
  await page.locator("summary", { hasText: "Demo Owner" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Sign out" }).waitFor({ state: "hidden" });
  await focusIsOn("Demo Owner");
  await page.context().close();
});

test("the colours somebody chose are there when they come back", async () => {
  const page = await steward.owner({ colorScheme: "light" });
  const colours = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.locator("summary", { hasText: "Demo Owner" }).click();
  await page.getByRole("combobox", { name: "Colours" }).selectOption({ label: "Dark" });
  await visit(page, "/savings");
  assert.equal(await colours(), "dark");
  await page.locator("summary", { hasText: "Demo Owner" }).click();
  await page.getByRole("combobox", { name: "Colours" }).selectOption({ label: "As this machine" });
  await visit(page, "/savings");
  assert.equal(await colours(), undefined);
  await page.context().close();
});

test("going to another page moves the focus to its content and says its title", async () => {
  const page = await steward.owner();
  await visit(page, "/");
  for (const name of ["Savings", "Licences", "Changes", "Settings", "Home"]) {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).press("Enter");
    await page.waitForFunction(() => document.activeElement?.id === "content");
    const said = page.locator("[aria-live=polite].sr-only");
    await page.waitForFunction(() => document.querySelector("[aria-live=polite].sr-only")?.textContent === document.title);
    assert.match(await said.textContent(), / · Steward$/);
  }
  await page.context().close();
});

test("a page that is still loading is announced by its own name, and not by that of the page before", async () => {
  const page = await steward.owner();
  await visit(page, "/");
  // Its code is there before what it shows.
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => /assets\/.*keys/.test(name)));
  const slow = await page.context().newCDPSession(page);
  await slow.send("Network.enable");
  await slow.send("Network.emulateNetworkConditions", { offline: false, latency: 3000, downloadThroughput: -1, uploadThroughput: -1 });
  const action = page.getByRole("main").getByRole("link", { name: /^(Review|Show me how): / }).first();
  const [, headline] = /^[^:]+: (.*)$/.exec(await action.getAttribute("aria-label"));
  await action.press("Enter");
  const said = page.locator("[aria-live=polite].sr-only");
  await said.filter({ hasText: /^Savings · Steward$/ }).waitFor({ state: "attached" });
  await page.getByRole("heading", { level: 1, name: headline }).waitFor();
  await page.waitForFunction((title) => document.title === title, `${headline} · Steward`);
  await page.context().close();
});

test("where less motion is wanted, nothing moves, not even what is loading", async () => {
  const page = await steward.owner();
  const slow = await page.context().newCDPSession(page);
  await slow.send("Network.enable");
  await slow.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: -1, uploadThroughput: -1 });
  await page.goto("/savings");
  await page.getByRole("status", { name: "Loading" }).first().waitFor();
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await page.getByRole("heading", { level: 1, name: "Savings" }).waitFor();
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await page.context().close();
});
