// Everybody can use every page: axe in both themes and two widths, Escape, where the focus goes, less motion.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults, opened, visit } from "./dashboard.js";
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
