// What each page says in each state it can be in (ux.md 1.3): one table, in which a hole has a reason. all-states.test.js
// brings each state about and looks. States of a company's life, such as past due, are in lifecycle.test.js.
import assert from "node:assert/strict";
import { visit } from "./dashboard.js";

/** Every page that shows something of a company. What is of one thing is so of what `furnished` gave. */
export const PAGES = {
  home: "/",
  welcome: "/welcome",
  savings: "/savings",
  finding: ({ finding }) => `/savings/${finding}`,
  licences: "/licences",
  people: "/people",
  person: ({ person }) => `/people/${person}`,
  trends: "/trends",
  changes: "/changes",
  change: ({ change }) => `/changes/${change}`,
  connect: "/connect",
  connection: "/settings/connection",
  access: "/settings/access",
  checks: "/settings/checks",
  exceptions: "/settings/exceptions",
  team: "/team",
  activity: "/activity",
  keys: "/settings/keys",
  company: "/settings/company",
  rules: "/settings/sign-in",
};

/** The address of one of them. */
export const pathOf = (name, about) => (typeof PAGES[name] === "string" ? PAGES[name] : PAGES[name](about));

/** Pages that show nothing of a company, and why; those of nobody who is signed in have no company at all. */
export const NO_COMPANY = {
  "/account": "of oneself; of the company only what it is called, and the way out",
  "/account/security": "of oneself, the same in every company",
  "/account/notifications": "of oneself, the same in every company",
  "/account/devices": "of oneself, the same in every company",
  "/account/microsoft": "where Microsoft sends the browser back to; it shows only what went wrong",
  "/connect/callback": "where Microsoft sends the browser back to; it shows only what went wrong",
  "/new-company": "a form for a company that is not there yet",
};

/** One that does not work for who has not the right, and says so. */
const off = (button) => ({ button });
const each = (pages, ...words) => Object.fromEntries(pages.map((page) => [page, words]));

/** What was found in Microsoft 365: each says how it stands there, above all else. */
const FOUND = ["home", "savings", "finding", "licences", "people", "person", "trends", "changes", "change", "checks"];
const OF_ONE = ["finding", "person", "change"];
const OWN = ["team", "keys", "company", "rules"];
const NONE_FOUND = "of one thing that a check found, and none has";
const COMPANYS = "the company's own, whatever Microsoft says";
const KEPT = "What you see is from the last check that finished.";
const NOT_MINE = "Your role does not include this. Ask an administrator.";
const UNSURE = /Less sure than it could be|Looked at a part|Could not look/;

/** By state: what a page says, each word or pattern of it; and which say nothing of it, by the reason. */
export const STATES = {
  "nothing is connected": {
    says: {
      ...each(
        ["home", "welcome", "savings", "licences", "people", "trends"],
        "Connect your Microsoft 365",
        "It takes about a minute.",
        "Connect Microsoft 365",
      ),
      changes: ["No changes made yet", "We only read data until you press Apply."],
      connect: ["You need an administrator account of your Microsoft 365.", "What we never read"],
      connection: ["Not connected"],
      access: ["Nothing of this kind.", "Steward was not at Microsoft for that yet.", "What we never read"],
      checks: ["Not run yet"],
      exceptions: ["Nothing is accepted as it is."],
      activity: ["The company signed up."],
      team: ["Olga Owner", "None."],
      keys: ["No keys."],
    },
    silent: { [NONE_FOUND]: OF_ONE, [COMPANYS]: ["company", "rules"] },
  },
  "the first check runs": {
    says: {
      ...each(["home", "welcome"], "You can close this page. We send a mail when it is done."),
      ...each(["savings", "licences", "people", "trends"], "Your first check has not finished.", "See how far it is"),
      changes: ["No changes made yet"],
      connect: [/ is connected\./],
      connection: ["Connected", /Waiting|Under way/],
      access: [/A check, (on request|by schedule)/, "nothing changed"],
      checks: ["Not run yet"],
      exceptions: ["Nothing is accepted as it is."],
      activity: ["Microsoft 365 was connected."],
    },
    silent: { [NONE_FOUND]: OF_ONE, [COMPANYS]: OWN },
  },
  "nothing is wasted": {
    says: {
      home: ["You use what you pay for.", "Nothing is left to save. We look again"],
      welcome: ["That is what we found."],
      savings: ["No waste found.", /You are using \d+ of \d+ licences\./],
      licences: ["What you pay", "Assigned"],
      people: [/\d+ people in your Microsoft 365\./],
      person: ["Nothing. What they have fits how they use it."],
      trends: ["Two checks are needed to draw a line.", "The next runs by itself"],
      changes: ["No changes made yet"],
      connection: ["Connected", "Done"],
      access: ["nothing changed"],
      checks: ["Looked at everything"],
      exceptions: ["Nothing is accepted as it is."],
      activity: [/A check finished with/],
    },
    silent: {
      "of one thing that is wasted, and nothing is": ["finding", "change"],
      "the same whatever is found": ["connect"],
      [COMPANYS]: OWN,
    },
  },
  "a filter leaves nothing": {
    says: {
      savings: ["Nothing of this kind.", "Show all"],
      people: ["Nobody matches.", "Show everybody"],
      access: ["Nothing of this kind."],
      activity: ["Nothing of this kind.", "Change the filter to see more.", "Show everything"],
    },
    silent: {
      "it has no filter": ["home", "welcome", "licences", "changes", "connection", "checks", "exceptions", ...OWN],
      "its periods all end today, and one without checks says how many a line needs": ["trends"],
      "of one thing": [...OF_ONE, "connect"],
    },
  },
  "Microsoft no longer lets us in": {
    says: {
      ...each(FOUND, "Steward cannot read your Microsoft 365 any more.", "An administrator has to connect it again.", KEPT, "Connect again"),
      welcome: ["Steward cannot read your Microsoft 365 any more."],
      connection: ["Microsoft no longer lets us in", "Connect again"],
      activity: ["Microsoft no longer lets Steward in."],
    },
    silent: {
      "where one connects again": ["connect"],
      "tells what was, by the day": ["access", "exceptions"],
      [COMPANYS]: OWN,
    },
  },
  "Microsoft refuses a check": {
    says: {
      ...each(FOUND, "Microsoft refused the last check.", "A permission Steward needs is missing.", KEPT, "Connect again"),
      welcome: ["Microsoft refused the last check."],
      connection: ["Not finished"],
      activity: ["A check failed."],
    },
    silent: {
      "where one connects again": ["connect"],
      "tells what was, by the day": ["access", "exceptions"],
      [COMPANYS]: OWN,
    },
  },
  "somebody ended the connection": {
    says: {
      ...each(FOUND, "Your Microsoft 365 is disconnected.", "There is no check until it is connected again.", KEPT, "Connect again"),
      connection: ["Not connected"],
      activity: ["Microsoft 365 was disconnected."],
    },
    silent: {
      "tells of the first check, which is over": ["welcome"],
      "where one connects again": ["connect"],
      "tells what was, by the day": ["access", "exceptions"],
      [COMPANYS]: OWN,
    },
  },
  "a permission was not granted": {
    says: {
      ...each(["home", "savings"], "What could not be looked at", "Microsoft refused the usage reports"),
      people: ["We know only of some people when they were last active.", "Microsoft refused the usage reports"],
      connection: ["What we asked for and did not get", /Reports\.Read\.All|usage/i],
      checks: [UNSURE],
      activity: [/Microsoft 365 was connected without \d+ of the permissions asked for\./],
    },
    silent: {
      "beside each piece of evidence it stands what that rests on": ["finding", "person"],
      "counts what is bought and assigned, which needs no usage": ["licences", "trends", "welcome"],
      "of what was done, which needs no usage": ["changes", "change", "access", "exceptions"],
      "asks for all of them again": ["connect"],
      [COMPANYS]: OWN,
    },
  },
  "Microsoft's plan has no sign-in dates": {
    says: {
      ...each(["home", "savings"], "What could not be looked at", "sign-in dates need Microsoft Entra ID P1"),
      people: ["We know only of some people when they were last active.", "sign-in dates need Microsoft Entra ID P1"],
      checks: [UNSURE],
    },
    silent: {
      "beside each piece of evidence it stands what that rests on": ["finding", "person"],
      "counts what is bought and assigned, which needs no usage": ["licences", "trends", "welcome"],
      "of what was done, which needs no usage": ["changes", "change", "access", "exceptions", "activity"],
      "tells what was agreed to, not what the plan has": ["connect", "connection"],
      [COMPANYS]: OWN,
    },
  },
  "Microsoft's reports hide names": {
    says: {
      ...each(["home", "savings"], "Microsoft's usage reports hide names", "Show names in reports"),
      people: ["Microsoft hides names in its usage reports.", "Show names in reports"],
      checks: [UNSURE],
    },
    silent: {
      "beside each piece of evidence it stands what that rests on": ["finding", "person"],
      "counts what is bought and assigned, which needs no usage": ["licences", "trends", "welcome"],
      "of what was done, which needs no usage": ["changes", "change", "access", "exceptions", "activity"],
      "tells what was agreed to, not how reports are set": ["connect", "connection"],
      [COMPANYS]: OWN,
    },
  },
  "Microsoft asks to wait": {
    says: {
      ...each(FOUND, "Microsoft asked us to wait.", "The check goes on by itself."),
      welcome: ["Microsoft asked us to wait a little. We go on by ourselves."],
      connection: ["Waiting for Microsoft"],
      activity: ["A check paused and goes on."],
    },
    silent: {
      "the same while a check runs": ["connect", "exceptions"],
      "tells what was, by the day": ["access"],
      [COMPANYS]: OWN,
    },
  },
  "one source fails": {
    says: {
      ...each(["home", "savings"], "What could not be looked at", "We could not tell, so it is in none of the numbers."),
      people: ["We know only of some people when they were last active.", "the usage reports could not be read"],
      checks: [UNSURE],
    },
    silent: {
      "beside each piece of evidence it stands what that rests on": ["finding", "person"],
      "counts what is bought and assigned, which needs no usage": ["licences", "trends", "welcome"],
      "of what was done, which needs no usage": ["changes", "change", "access", "exceptions", "activity"],
      "the check itself finished": ["connect", "connection"],
      [COMPANYS]: OWN,
    },
  },
  "a check does not finish": {
    says: {
      ...each(FOUND, "The last check did not finish.", KEPT),
      welcome: ["The last check did not finish."],
      connection: ["Not finished"],
      activity: ["A check failed."],
    },
    silent: {
      "the same whatever becomes of a check": ["connect", "exceptions"],
      "tells what was, by the day": ["access"],
      [COMPANYS]: OWN,
    },
  },
  "the reader may only look": {
    says: {
      home: [off("Check now")],
      savings: [off("Check now"), off("Download as a file")],
      finding: [off("Preview the fix"), off("Put it off"), off("Accept it as it is"), off("Ask the manager")],
      licences: [off(/^Change the price of/), off("Download as a file"), off("Make an address")],
      people: [off("Download as a file")],
      person: [off(/^Accept it as it is for/)],
      trends: [off("Download the ledger as a file")],
      changes: [off("Undo"), off("Download as a file")],
      change: [off("Undo")],
      connect: [off("Connect at Microsoft")],
      connection: [off("Connect again"), off("Disconnect")],
      access: [off(/^Take it back/)],
      checks: [NOT_MINE],
      exceptions: [off(/^Change: /), off(/^End: /)],
      team: [NOT_MINE, off("Make a role")],
      activity: [NOT_MINE],
      keys: [NOT_MINE],
      rules: [NOT_MINE],
    },
    silent: { "nothing on it can be pressed": ["welcome", "company"] },
  },
  "the table does not answer": {
    says: {
      ...each(
        ["home", "savings", "finding", "licences", "people", "person", "trends", "changes", "change"],
        /Request number \S+/,
        "Try again",
      ),
      ...each(
        ["connection", "access", "checks", "exceptions", "team", "activity", "keys", "company", "rules"],
        /Request number \S+/,
        "Try again",
      ),
    },
    silent: {
      "asks for what the first page asked for, which stays": ["welcome"],
      "what one agrees to, which needs no answer": ["connect"],
    },
  },
  "the browser is offline": {
    says: {
      home: [/You could save/],
      savings: ["Savings", /a month, by reason/],
      finding: ["If you act on it"],
      licences: ["Licences", "What you pay"],
      people: ["People", /in your Microsoft 365\./],
      person: ["Last use"],
      trends: ["Trends"],
      changes: ["Changes", /done/],
      change: ["Each change", /\d+ done/],
      connection: ["Connection", "Last checks"],
      access: ["What we read and wrote", "nothing changed"],
      checks: ["Checks", "What we look for"],
      exceptions: ["Exceptions", "We hire in spring."],
      team: ["Team", "Demo Owner"],
      activity: ["Activity", "A check"],
      company: ["With Steward since"],
      rules: ["Sign-in rules", "Two-step sign-in"],
      keys: ["No keys."],
    },
    silent: {
      "the first check is over": ["welcome"],
      "what one agrees to, which needs no answer": ["connect"],
    },
  },
  "the numbers are old": {
    says: each(FOUND, "These numbers are from 3 days ago.", "Check now for those of today."),
    silent: {
      "tells of the first check, which is over": ["welcome"],
      "tells what was, by the day": ["connection", "access", "activity", "exceptions"],
      "of nothing that a check finds": ["connect"],
      [COMPANYS]: OWN,
    },
  },
  "the session is over": { says: each(Object.keys(PAGES), "Sign in"), silent: {} },
};

const holds = (text, words) => (typeof words === "string" ? text.includes(words) : words.test(text));

/** Fails unless a page that is open comes to say all of this. */
export async function comesToSay(page, ...wanted) {
  const words = wanted.filter((one) => !one.button);
  const main = page.locator("main").first();
  let text = "";
  for (let tries = 0; tries < 600; tries++) {
    text = await main.innerText();
    if (words.every((one) => holds(text, one))) break;
    await page.waitForTimeout(50);
  }
  for (const one of words) assert.ok(holds(text, one), `${page.url()} does not say "${one}" but:\n${text}`);
  for (const { button: name } of wanted.filter((one) => one.button)) {
    const button = main.getByRole("button", { name, exact: true }).and(page.locator("[aria-disabled=true]")).first();
    await button.waitFor();
    assert.match(await button.getAttribute("title"), /^Your role does not include this/, `${page.url()}: ${name}`);
  }
  return text;
}

/** Opens a page; fails unless it comes to say all of this. */
export async function says(page, path, ...wanted) {
  await visit(page, path);
  return comesToSay(page, ...wanted);
}

const looked = new Set();

/** What pages say in a state: their names, addresses and words. Whoever asks looks at each. */
export function told(state, about) {
  looked.add(state);
  return Object.entries(STATES[state].says).map(([name, words]) => ({ name, path: pathOf(name, about), words }));
}

/** How long a page that is gone to from another may take before it is opened as an address. */
const GOING_MS = 5000;

/** Goes to an address as by a link of the page that stands: in a fifth of the time of loading it anew. */
async function follow(page, path) {
  const left = page.locator("h1[data-left]");
  await page.evaluate((path) => {
    for (const heading of document.querySelectorAll("h1")) heading.dataset.left = "yes";
    history.pushState(null, "", path);
  }, path);
  try {
    await left.first().waitFor({ state: "detached", timeout: GOING_MS });
  } catch {
    // An address that leads back to the page that stands leaves nothing behind to tell it by.
    return visit(page, path);
  }
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
}

/** Looks at every page that says something in a state, does there what `look` does, and fails where one does not say it.
 * The first is loaded anew, so that nothing is left of before; to the others one goes. */
export async function eachSays(page, state, about, look = async () => {}) {
  for (const [at, row] of told(state, about).entries()) {
    await (at === 0 ? visit : follow)(page, row.path);
    await comesToSay(page, ...row.words);
    await look(row);
  }
}

/** States of the table that no test brought about. */
export const notLookedAt = () => Object.keys(STATES).filter((state) => !looked.has(state));
