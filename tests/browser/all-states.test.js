// Every state a page of data can be in (ux.md 1.3), brought about for real: by what the simulated Microsoft answers, by
// the clock, by the table, by the browser's network. Each test reads what a person reads. Files run in the order of
// their names: this one takes longest but one, so it begins early.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { account, bring, check, colleague, company, connect, furnished, signUp } from "./company.js";
import { faults, open, signIn, visit } from "./dashboard.js";
import { routes } from "./pages.js";
import { comesToSay, eachSays, NO_COMPANY, notLookedAt, PAGES, STATES, says, told } from "./states.js";

let steward, sample;

before(async () => {
  steward = await open();
  sample = await account(steward, steward);
  sample.directory = (await sample.call("GET", "/v1/microsoft", 200)).directory;
  Object.assign(sample, await furnished(steward, sample));
});
after(async () => {
  await steward?.close();
});

/** What gets the numbers of today, on every page that shows old ones. */
const checkNow = (page) => page.getByRole("main").getByRole("button", { name: /^Check(ing)? now$/ }).first();

afterEach(async () => {
  await bring(steward, { switch: "calm" });
  steward.noTroubles();
});

test("the table has words for every page in every state, or the reason why there are none, and no page is missing", () => {
  const names = Object.keys(PAGES).toSorted();
  for (const [state, { says, silent }] of Object.entries(STATES)) {
    assert.deepEqual([...Object.keys(says), ...Object.values(silent).flat()].toSorted(), names, state);
    for (const [name, words] of Object.entries(says)) assert.ok(words.length > 0, `${name}, where ${state}`);
  }
  const about = { finding: "$finding", person: "$person", change: "$fix" };
  const paths = Object.values(PAGES).map((path) => (typeof path === "string" ? path : path(about)));
  const named = [...paths, ...Object.keys(NO_COMPANY)].toSorted();
  assert.deepEqual(routes().filter(({ open }) => !open).map(({ path }) => path).toSorted(), named);
});

test("before anything is connected every page says so, and what to do first", async () => {
  const owner = await steward.as(await signUp(steward, "Firstrun"));
  await eachSays(owner, "nothing is connected", undefined, async ({ name, words }) => {
    if (!words.includes("Connect Microsoft 365")) return;
    const connect = owner.getByRole("main").getByRole("link", { name: "Connect Microsoft 365" });
    assert.equal(await connect.getAttribute("href"), "/connect", name);
  });
  await owner.context().close();
});

test("while the first check runs, it shows how far it is and the number as it grows", async () => {
  const acme = await signUp(steward, "Slowfirst");
  await bring(steward, { switch: "slow", milliseconds: 1200 });
  await connect(steward, acme, { name: "Slowfirst" }, { wait: false });
  // Time to look at every page before there is a number.
  await bring(steward, { switch: "slow", milliseconds: 6000 });
  const owner = await steward.as(acme);
  await owner.waitForURL(/\/welcome$/);
  await owner.getByText("You can close this page. We send a mail when it is done.").waitFor();
  await owner.getByRole("progressbar", { name: "What is being looked at" }).waitFor();
  const tab = await owner.context().newPage();
  await eachSays(tab, "the first check runs");
  await owner.getByText(/Found \d+ people/).waitFor();
  await bring(steward, { switch: "calm" });
  await owner.getByRole("link", { name: "See what to do" }).click();
  await owner.getByRole("heading", { level: 1, name: /^You could save/ }).waitFor();
  await owner.context().close();
});

test("where nothing is wasted, it says so, and a filter that leaves nothing says that it is the filter", async () => {
  const tidy = await company(steward, "Tidy", { tidy: true });
  const owner = await steward.as(tidy);
  const { items } = await tidy.call("GET", "/v1/people?status=active&limit=20", 200);
  const details = await Promise.all(items.map(({ person }) => tidy.call("GET", `/v1/people/${person}`, 200)));
  await eachSays(owner, "nothing is wasted", { person: details.find(({ findings }) => findings.length === 0).person });

  const filters = { savings: "?show=certain", people: "?search=nobody-is-called-so", access: "?of=undos", activity: "?kind=policy.changed" };
  for (const { name, path, words } of told("a filter leaves nothing")) {
    await says(owner, path + filters[name], ...words);
    // Each kind of visit is a list of its own, with no list of all.
    if (name === "access") continue;
    await owner.getByRole("main").getByRole("link", { name: /^Show (all|everybody|everything)$/ }).click();
    await owner.waitForURL(new RegExp(`${path}$`));
    await owner.getByText(words[0]).waitFor({ state: "detached" });
  }
  await owner.context().close();
});

test("when Microsoft refuses a check, and when it lets us in no more, every page says that its numbers are old and how to mend it", async () => {
  const acme = await company(steward, "Withdrawn", { people: 120 });
  const about = await furnished(steward, acme);
  const owner = await steward.as(acme);
  const before = await owner.getByRole("heading", { level: 1 }).innerText();
  const stays = async () => {
    await visit(owner, "/");
    assert.equal(await owner.getByRole("heading", { level: 1 }).innerText(), before, "the numbers of before stay");
    assert.equal(await owner.getByRole("main").getByRole("link", { name: "Connect again" }).getAttribute("href"), "/connect");
  };
  await bring(steward, { switch: "withdraw", directory: acme.directory, permissions: ["User.Read.All", "Directory.Read.All"] });
  await check(acme, "failed");
  await eachSays(owner, "Microsoft refuses a check", about);
  await stays();
  await bring(steward, { switch: "withdraw", directory: acme.directory });
  await check(acme, "failed");
  await eachSays(owner, "Microsoft no longer lets us in", about);
  await stays();
  await owner.getByRole("link", { name: /^Review/ }).first().click();
  await owner.getByText("If you act on it").waitFor();
  await owner.getByText("Steward cannot read your Microsoft 365 any more.").waitFor();
  await owner.context().close();
});

test("when somebody ended the connection, every page says so at once to everybody, and offers no check", async () => {
  const acme = await company(steward, "Ended", { people: 120 });
  const about = await furnished(steward, acme);
  const owner = await steward.as(acme);
  const before = await owner.getByRole("heading", { level: 1 }).innerText();
  await acme.call("DELETE", "/v1/microsoft", 204);
  await eachSays(owner, "somebody ended the connection", about);
  await visit(owner, "/");
  assert.equal(await owner.getByRole("link", { name: "Connect again" }).getAttribute("href"), "/connect");
  assert.equal(await owner.getByRole("heading", { level: 1 }).innerText(), before, "the numbers of before stay");
  assert.match(await owner.getByRole("button", { name: "Check now" }).getAttribute("title"), /Connect your Microsoft 365 first/);
  await owner.context().close();
});

test("a permission that was not granted weakens what is found, and each page says which and why", async () => {
  const owner = await steward.as(await company(steward, "Halfgranted", {}, { denied: ["Reports.Read.All"] }));
  await eachSays(owner, "a permission was not granted");
  await owner.context().close();
});

test("a first check that did not finish says why and how to mend it, and speaks of no numbers from before", async () => {
  const acme = await company(steward, "Refusedfirst", {}, { denied: ["User.Read.All"] });
  const owner = await steward.as(acme);
  const tells = async (...wanted) => {
    for (const path of ["/", "/savings", "/licences", "/people", "/trends", "/welcome"]) {
      const text = await says(owner, path, ...wanted, "An administrator has to connect it again.");
      assert.doesNotMatch(text, /What you see is from|Connect your Microsoft 365$/m, path);
      assert.equal(await owner.getByRole("link", { name: "Connect again" }).getAttribute("href"), "/connect");
    }
  };
  await tells("Microsoft refused the last check.", "A permission Steward needs is missing.");
  await bring(steward, { switch: "withdraw", directory: acme.directory });
  await check(acme, "failed");
  await tells("Steward cannot read your Microsoft 365 any more.");
  await owner.context().close();
});

test("without Microsoft Entra ID P1 it says what that hides, and calls nobody inactive for it", async () => {
  const owner = await steward.as(await company(steward, "Withoutplan", { without_p1: true }));
  await eachSays(owner, "Microsoft's plan has no sign-in dates");
  await owner.context().close();
});

test("where Microsoft's reports hide names, it says so and how to show them", async () => {
  const owner = await steward.as(await company(steward, "Concealed", { concealed: true }));
  await eachSays(owner, "Microsoft's reports hide names");
  await visit(owner, "/");
  await owner.getByRole("button", { name: "Show names in reports" }).click();
  await owner.waitForURL(/\/people\?preview=true$/);
  const sheet = owner.getByRole("dialog");
  await sheet.getByRole("heading", { name: "Show names in reports" }).waitFor();
  await sheet.getByText("1 setting of your whole company is changed").waitFor();
  await sheet.getByRole("button", { name: "Allow changes at Microsoft" }).waitFor();
  await owner.keyboard.press("Escape");
  await owner.waitForURL(/\/people$/);
  await owner.context().close();
});

test("when Microsoft asks to wait, the numbers of before stay and it goes on by itself", async () => {
  const acme = await company(steward, "Throttled", { people: 120 });
  const about = await furnished(steward, acme);
  const owner = await steward.as(acme);
  await bring(steward, { switch: "refuse", path: "/v1.0/users", status: 429, retry_after_seconds: 7200 });
  await acme.call("POST", "/v1/scans", 202);
  await owner.reload();
  await owner.getByText("Microsoft asked us to wait.").waitFor();
  await eachSays(owner, "Microsoft asks to wait", about);
  await owner.context().close();
});

test("a source that fails alone leaves the rest as it was, and is named", async () => {
  const owner = await steward.as(sample);
  await bring(steward, { switch: "refuse", path: "/v1.0/reports", status: 404 });
  await check(sample, "finished");
  await eachSays(owner, "one source fails");
  await says(owner, "/", "You could save");
  await bring(steward, { switch: "calm" });
  await check(sample, "finished");
  for (const path of ["/", "/people"]) {
    const text = await says(owner, path);
    assert.ok(!text.includes("the usage reports could not be read"), text);
  }
  await owner.context().close();
});

test("a check that Microsoft did not let finish leaves the numbers of before, and says so", async () => {
  const owner = await steward.as(sample);
  await bring(steward, { switch: "refuse", path: "/v1.0/users", status: 400 });
  await check(sample, "failed");
  await eachSays(owner, "a check does not finish", sample, async ({ name, words }) => {
    if (!words.includes("What you see is from the last check that finished.")) return;
    assert.equal(await checkNow(owner).getAttribute("aria-disabled"), null, name);
  });
  await bring(steward, { switch: "calm" });
  await check(sample, "finished");
  await owner.context().close();
});

test("who may only look is told so at every button, and sees no page fail", async () => {
  const guest = await steward.as(await colleague(steward, sample, "vera@northwind.example", "read_only", "Vera Viewer"));
  await eachSays(guest, "the reader may only look", sample, async ({ path }) => {
    assert.equal(await guest.getByRole("alert").count(), 0, `${path} fails: ${await guest.locator("main").innerText()}`);
  });
  for (const path of ["/welcome", "/settings/company"]) {
    await visit(guest, path);
    assert.equal(await guest.getByRole("alert").count(), 0, path);
  }
  await guest.context().close();
});

/** Where a page about one thing is come to from, and what it is called among what is found by typing. */
const FROM = { finding: "savings", person: "people", change: "changes" };
const CALLED = { access: "What we read and wrote", keys: "API keys", rules: "Sign-in rules" };

/** Goes to a page as somebody does who is there already: what was read stays, and nothing is loaded anew. */
async function go(page, name) {
  const list = FROM[name];
  if (list) {
    if (new URL(page.url()).pathname !== PAGES[list]) await go(page, list);
    await page.locator(`main a[href^="${PAGES[list]}/"]`).first().click();
    await page.waitForURL((url) => url.pathname.startsWith(`${PAGES[list]}/`));
    return;
  }
  await page.keyboard.press("Control+k");
  const called = CALLED[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
  await page.getByRole("combobox", { name: "A page, or something to do" }).fill(called);
  await page.getByRole("option").filter({ hasText: new RegExp(`^${called}`) }).first().click();
  await page.waitForURL((url) => url.pathname === PAGES[name]);
}

test("when the table does not answer, each page says so with the request's number and goes on once it does", async () => {
  const state = "the table does not answer";
  const owner = await steward.as(sample);
  // By the page that each tab stands on before; what it asked for already stays.
  const tabs = {
    savings: ["finding", "licences", "trends", "connection", "access"],
    people: ["person", "savings", "checks", "exceptions"],
    changes: ["change", "people", "team", "activity", "keys"],
    company: ["changes", "rules"],
    rules: ["company"],
  };
  assert.deepEqual([...Object.values(tabs).flat(), "home"].toSorted(), Object.keys(STATES[state].says).toSorted());
  const rows = new Map(told(state, sample).map((row) => [row.name, row]));
  const standing = [];
  for (const [from, names] of Object.entries(tabs)) {
    const tab = await owner.context().newPage();
    await visit(tab, PAGES[from]);
    standing.push([tab, names]);
  }
  await bring(steward, { switch: "table_down" });
  const asked = standing.map(async ([tab, names]) => {
    for (const name of names) {
      await go(tab, name);
      await comesToSay(tab, ...rows.get(name).words);
    }
  });
  await Promise.all(asked);
  // A page that is loaded anew learns that way who is signed in.
  await owner.goto("/");
  await comesToSay(owner, ...rows.get("home").words);

  await bring(steward, { switch: "calm" });
  for (const tab of [owner, ...standing.map(([tab]) => tab)]) {
    const again = tab.getByRole("alert").getByRole("button", { name: "Try again" });
    for (let tries = 0; (await again.count()) > 0; tries++) {
      assert.ok(tries < 20, `${tab.url()} does not go on: ${await tab.locator("main").first().innerText()}`);
      // What one question failed for the next may have, too: its button goes by itself.
      await again.first().click({ timeout: 2000 }).catch(() => {});
      await tab.waitForTimeout(500);
    }
    await tab.getByRole("heading", { level: 1 }).first().waitFor();
  }
  await owner.context().close();
});

test("offline, what was read stays, what was not waits, and it goes on with the network", async () => {
  const owner = await steward.as(sample);
  await visit(owner, "/");
  const rows = told("the browser is offline", sample);
  const unread = rows.find(({ name }) => name === "keys");
  const read = rows.filter((row) => row !== unread);
  for (const { name, words } of read) {
    await go(owner, name);
    await comesToSay(owner, ...words);
  }
  // The code of a page nobody has been to is there once the first page stands.
  await owner.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => /assets\/.*keys/.test(name)));
  await owner.context().setOffline(true);
  const bar = owner.getByText("You are offline. What you see may be old, and changes cannot be made until you are connected.");
  await bar.waitFor();
  for (const { name, words } of read) {
    await go(owner, name);
    await comesToSay(owner, ...words);
    assert.ok(await bar.isVisible(), name);
    assert.equal(await owner.getByRole("alert").count(), 0, name);
  }
  await go(owner, unread.name);
  await owner.getByRole("heading", { level: 1, name: "API keys" }).waitFor();
  await owner.getByRole("status", { name: "Loading" }).waitFor();
  await owner.context().setOffline(false);
  await comesToSay(owner, ...unread.words);
  await owner.getByText("You are offline.").waitFor({ state: "hidden" });
  await owner.context().close();
});

test("a click twice is one act, and a field the server refuses is told beside the field", async () => {
  const owner = await steward.as(sample);
  await visit(owner, "/");
  const asked = [];
  owner.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/v1/scans")) asked.push(request);
  });
  await owner.getByRole("button", { name: "Check now" }).dblclick();
  await owner.getByText("The check has begun.").waitFor();
  assert.equal(asked.length, 1);

  await visit(owner, "/account");
  const name = owner.getByRole("textbox", { name: "Your name" });
  await name.fill("Turned\u202Earound");
  await owner.getByRole("button", { name: "Save" }).click();
  await owner.getByRole("alert").waitFor();
  assert.equal(await name.getAttribute("aria-invalid"), "true");
  assert.equal(await owner.getByRole("alert").getAttribute("id"), await name.getAttribute("aria-describedby"));
  assert.equal(await name.inputValue(), "Turned\u202Earound");
  await owner.context().close();
});

// Time never leaps back, so these are the last.
test("numbers that are days old say so on every page", async () => {
  await check(sample, "finished");
  // The schedule finds at its next turn that a check is due: it is not to end while this looks.
  await bring(steward, { switch: "slow", milliseconds: 25_000 });
  await bring(steward, { switch: "leap", hours: 75 });
  const page = await steward.stranger();
  await page.clock.setSystemTime(Date.now() + 75 * 3_600_000);
  await page.goto("/sign-in");
  await signIn(page, sample);
  // The schedule may have begun one by then.
  await eachSays(page, "the numbers are old", sample, () => checkNow(page).waitFor());
  await page.context().close();
});

test("a session that ran out asks once for two tabs, loses nothing that was typed in either, and every link leads on", async () => {
  const page = await steward.as(sample);
  const other = await page.context().newPage();
  const elsewhere = await steward.as(sample);
  await visit(page, "/account");
  await visit(other, "/team");
  await page.getByRole("textbox", { name: "Your name" }).fill("Typed before it ran out");
  await other.getByLabel("E-mail address").fill("typed@expired.example");
  await bring(steward, { switch: "leap", hours: 24 * 100 });
  // Sent whether or not the dialog stands already, because the page asked for something by itself.
  await page.getByRole("button", { name: "Save" }).dispatchEvent("click");
  await other.getByRole("button", { name: "Send the invitation" }).dispatchEvent("click");
  await other.getByRole("dialog", { name: "Sign in again" }).waitFor();
  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await dialog.waitFor();
  assert.deepEqual(await faults(page), [], "everybody can use the dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(sample.password);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("Saved").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Your name" }).inputValue(), "Typed before it ran out");
  await other.getByText("A mail is on its way to typed@expired.example.").waitFor();
  await page.context().close();

  for (const { name, path, words } of told("the session is over", sample)) {
    await says(elsewhere, path, ...words);
    const { pathname, searchParams } = new URL(elsewhere.url());
    assert.deepEqual([pathname, searchParams.get("to")], ["/sign-in", name === "home" ? null : path], name);
  }
  await visit(elsewhere, `${PAGES.people}?search=a&sort=cost`);
  await signIn(elsewhere, sample);
  await elsewhere.waitForURL(/\/people\?search=a&sort=cost$/);
  await elsewhere.context().close();
});

test("every state of the table was looked at", () => {
  assert.deepEqual(notLookedAt(), []);
});
