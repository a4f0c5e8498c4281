// The dashboard as somebody uses it. Whatever page a test opens: a violation of its content security policy, a request
// to another host, or an error of its own scripts fails the test.
import axe from "axe-core";
import assert from "node:assert/strict";
import { after, afterEach, before } from "node:test";
import { browser, start } from "./steward.js";

/** Steward and a browser for the tests of one file, as `prepare` leaves them. A test fails where a page did what it must
 * not. */
export function opened(options = {}, prepare = async () => {}) {
  const steward = {};
  before(async () => {
    Object.assign(steward, await open(options));
    await prepare();
  });
  after(() => steward.close?.());
  afterEach(() => steward.noTroubles());
  return steward;
}

/** Starts Steward and a browser for one test file. */
export async function open(options = {}) {
  const steward = await start();
  const chromium = await browser();
  const troubles = [];

  /** A browser of its own, with no session. */
  const visitor = async (context = {}) => {
    const it = await chromium.newContext({ baseURL: steward.url, ...options, ...context });
    it.setDefaultTimeout(PATIENCE_MS);
    it.on("console", (message) => {
      // A refused request is shown by the page; the browser's own line about it says nothing more.
      const refused = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !refused) troubles.push(`${message.page()?.url()}: ${message.text()}`);
    });
    it.on("weberror", (error) => troubles.push(String(error.error())));
    it.on("request", (request) => {
      const from = request.frame()?.url() ?? "";
      const own = from.startsWith(steward.url) || from === "about:blank";
      if (own && !request.isNavigationRequest() && !request.url().startsWith(steward.url)) troubles.push(`asks ${request.url()}`);
    });
    return it;
  };

  const as = async (somebody, context) => {
    const page = await (await visitor(context)).newPage();
    await signIn(page, somebody);
    return page;
  };

  return {
    ...steward,
    visitor,
    /** A page on which nobody is signed in. */
    stranger: async (context) => (await visitor(context)).newPage(),
    /** Fails where a page did what it must not. */
    noTroubles: () => assert.deepEqual(troubles.splice(0), []),
    /** A page on which somebody is signed in. */
    as,
    /** A page on which the sample company's owner is signed in. */
    owner: (context) => as(steward, context),
    close: async () => {
      await chromium.close();
      await steward.stop();
    },
  };
}

/** What comes at all comes within this on a machine with a lot of other work. */
const PATIENCE_MS = 60_000;
export const PASSWORD = "four unrelated words here 7";

export const heading = (page, name) => page.getByRole("heading", { level: 1, name });
export const button = (page, name) => page.getByRole("button", { name, exact: true });

/** Waits until somebody is signed in on a page. */
export const inside = (page) => page.getByRole("navigation", { name: "Pages" }).waitFor();

/** Ends the browsers of pages. */
export const close = (...pages) => Promise.all(pages.map((page) => page.context().close()));

/** Waits until a text is seen. */
export const seen = (page, text) => page.getByText(text).filter({ visible: true }).first().waitFor();

/** Opens a page and waits until it has all that it asked for. */
export async function visit(page, path) {
  // Of a path that is open already only the part behind # would change.
  await page.goto("about:blank");
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
}

/** Signs in on the sign-in page with a password. */
export async function signIn(page, { email, password }) {
  if (!page.url().includes("/sign-in")) await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("navigation", { name: "Pages" }).or(page.getByRole("button", { name: "Menu" })).first().waitFor();
}

/** The newest mail to an address whose text has these words, from the local inbox. */
export async function mailTo(steward, to, words) {
  for (let tries = 0; tries < 1000; tries++) {
    const all = await (await fetch(`${steward.url}/mails/mails.json`)).json();
    const mail = all.findLast((one) => one.to.includes(to) && one.text.includes(words));
    if (mail) return mail;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  throw new Error(`no mail to ${to} with "${words}"`);
}

/** The one-time link of the newest mail to an address. */
export async function mailedLink(steward, to, path) {
  const { text } = await mailTo(steward, to, `${path}#token=`);
  return text.match(new RegExp(`https?://\\S+${path}#token=\\S+`))[0];
}

/** Every theme in every width. */
export const LOOKS = [360, 1280].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));

/** Nothing of other frames: there are none. Of WCAG 2.2 and off by default: controls of at least 24 by 24 px. */
const RULES = { iframes: false, resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };

/** Puts a page into one of the looks. */
export async function dress(page, { width, colorScheme }) {
  await page.setViewportSize({ width, height: 720 });
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
}

/** What is wrong with a page as it stands: what axe finds grave, by rule, each element, and being wider than the screen.
 * `foreign`: of an element inside of what that names it is said that it is `theirs`. */
export async function graves(page, foreign) {
  // Once for a page, however often it is looked at.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async ([rules, foreign]) => {
      const { violations } = await window.axe.run(document, rules);
      const found = violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .flatMap(({ id, nodes }) =>
          nodes.map(({ html, target }) => ({
            rule: id,
            html,
            theirs: Boolean(foreign && document.querySelector(String(target[0]))?.closest(foreign)),
          })),
        );
      const wide = document.documentElement.scrollWidth > innerWidth;
      return wide ? [...found, { rule: "too wide", html: `${document.documentElement.scrollWidth} px`, theirs: false }] : found;
    },
    [RULES, foreign],
  );
}

/** The same in every look, a line for each. */
export async function faults(page) {
  const found = [];
  for (const look of LOOKS) {
    await dress(page, look);
    for (const { rule, html } of await graves(page)) found.push(`${rule}, ${look.colorScheme}, ${look.width} px: ${html}`);
  }
  return found;
}
