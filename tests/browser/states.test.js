// Every state a page of data can be in (ux.md 1.3), brought about for real: by what the simulated Microsoft answers, by
// the clock, by the table, by the browser's network. Each test reads what a person reads.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { account, bring, check, company, connect, signUp } from "./company.js";
import { mailedLink, open, signIn, visit } from "./dashboard.js";

let steward, sample;

before(async () => {
  steward = await open();
  sample = await account(steward, steward);
});
after(async () => {
  await steward?.close();
});
afterEach(async () => {
  await bring(steward, { switch: "calm" });
  steward.noTroubles();
});

/** A page on which somebody is signed in. */
async function as(account, context) {
  const page = await (await steward.visitor(context)).newPage();
  await page.goto("/sign-in");
  await signIn(page, account);
  return page;
}

/** What stands on a page, once it has all that it asked for. */
async function read(page, path) {
  await visit(page, path);
  return page.locator("main").innerText();
}

/** Fails unless a page comes to say all of this. */
async function says(page, path, ...wanted) {
  await visit(page, path);
  const said = (wanted) => wanted.every((words) => document.querySelector("main").innerText.includes(words));
  await page.waitForFunction(said, wanted, { timeout: 30_000 }).catch(() => {});
  const text = await page.locator("main").innerText();
  for (const words of wanted) assert.ok(text.includes(words), `${path} does not say "${words}" but:\n${text}`);
  return text;
}

const DATA = ["/", "/savings", "/licences"];

test("before anything is connected every page says so, and what to do first", async () => {
  const owner = await as(await signUp(steward, "Firstrun"));
  for (const path of [...DATA, "/welcome"]) {
    await says(owner, path, "Connect your Microsoft 365", "It takes about a minute.");
    assert.equal(await owner.getByRole("link", { name: "Connect Microsoft 365" }).getAttribute("href"), "/connect");
  }
  await says(owner, "/changes", "No changes made yet", "We only read data until you press Apply.");
  await says(owner, "/settings/connection", "Not connected");
  await says(owner, "/settings/keys", "No keys.");
  await owner.context().close();
});

test("while the first check runs, it shows how far it is and the number as it grows", async () => {
  const acme = await signUp(steward, "Slowfirst");
  await bring(steward, { switch: "slow", milliseconds: 1200 });
  await connect(steward, acme, { name: "Slowfirst" }, { wait: false });
  const owner = await as(acme);
  await owner.waitForURL(/\/welcome$/);
  await owner.getByText("You can close this page. We send a mail when it is done.").waitFor();
  await owner.getByRole("progressbar", { name: "What is being looked at" }).waitFor();
  const tab = await owner.context().newPage();
  for (const path of ["/savings", "/trends"]) await says(tab, path, "Your first check has not finished.");
  await owner.getByText(/Found \d+ people/).waitFor();
  await bring(steward, { switch: "calm" });
  await owner.getByRole("link", { name: "See what to do" }).click();
  await owner.getByRole("heading", { level: 1, name: /^You could save/ }).waitFor();
  await owner.context().close();
});

test("where nothing is wasted, it says so with the number of licences in use", async () => {
  const owner = await as(await company(steward, "Tidy", { tidy: true }));
  await says(owner, "/", "You use what you pay for.", "Nothing is left to save. We look again");
  assert.match(await says(owner, "/savings", "No waste found."), /You are using \d+ of \d+ licences\./);
  await says(owner, "/licences", "Assigned");
  await says(owner, "/savings?show=certain", "Nothing of this kind.");
  await owner.getByRole("link", { name: "Show all" }).click();
  await owner.waitForURL(/\/savings$/);
  await owner.getByText("Nothing of this kind.").waitFor({ state: "detached" });
  await owner.context().close();
});

test("a filter that leaves nothing says that it is the filter, and undoes it", async () => {
  const owner = await as(sample);
  await says(owner, "/activity?kind=policy.changed", "Nothing of this kind.", "Change the filter to see more.");
  await owner.getByRole("link", { name: "Show everything" }).click();
  await owner.locator("main ol > li").first().waitFor();
  await owner.context().close();
});

test("when Microsoft lets us in no more, every page says that its numbers are old and how to mend it", async () => {
  const acme = await company(steward, "Withdrawn");
  const owner = await as(acme);
  const before = await owner.getByRole("heading", { level: 1 }).innerText();
  await bring(steward, { switch: "withdraw", directory: acme.directory });
  await check(acme, "failed");
  for (const path of DATA) {
    await says(owner, path, "Steward cannot read your Microsoft 365 any more.", "What you see is from the last check that finished.");
    assert.equal(await owner.getByRole("link", { name: "Connect again" }).getAttribute("href"), "/connect");
  }
  await visit(owner, "/");
  assert.equal(await owner.getByRole("heading", { level: 1 }).innerText(), before, "the numbers of before stay");
  await owner.getByRole("link", { name: /^Review/ }).first().click();
  await owner.getByText("If you act on it").waitFor();
  await owner.getByText("Steward cannot read your Microsoft 365 any more.").waitFor();
  await says(owner, "/settings/connection", "Microsoft lets us in no more");
  await owner.context().close();
});

test("when somebody ended the connection, every page says so at once to everybody, and offers no check", async () => {
  const acme = await company(steward, "Ended");
  const owner = await as(acme);
  const before = await owner.getByRole("heading", { level: 1 }).innerText();
  await acme.call("DELETE", "/v1/microsoft", 204);
  for (const path of DATA) {
    await says(owner, path, "Your Microsoft 365 is disconnected.", "What you see is from the last check that finished.");
    assert.equal(await owner.getByRole("link", { name: "Connect again" }).getAttribute("href"), "/connect");
  }
  await visit(owner, "/");
  assert.equal(await owner.getByRole("heading", { level: 1 }).innerText(), before, "the numbers of before stay");
  assert.match(await owner.getByRole("button", { name: "Check now" }).getAttribute("title"), /Connect your Microsoft 365 first/);
  await owner.context().close();
});

test("a permission that was not granted weakens what is found, and each page says which and why", async () => {
  const acme = await company(steward, "Halfgranted", {}, { denied: ["Reports.Read.All"] });
  const owner = await as(acme);
  await says(owner, "/", "What could not be looked at", "Microsoft refused the usage reports");
  await says(owner, "/savings", "What could not be looked at", "Microsoft refused the usage reports");
  await says(owner, "/settings/connection", "What we asked for and did not get", "Reports.Read.All");
  await bring(steward, { switch: "withdraw", directory: acme.directory, permissions: ["User.Read.All", "Directory.Read.All"] });
  await check(acme, "failed");
  for (const path of DATA) await says(owner, path, "Microsoft refused the last check.", "Connect again");
  await owner.context().close();
});

test("a first check that did not finish says why and how to mend it, and speaks of no numbers from before", async () => {
  const acme = await company(steward, "Refusedfirst", {}, { denied: ["User.Read.All"] });
  const owner = await as(acme);
  const tells = async (...wanted) => {
    for (const path of [...DATA, "/welcome"]) {
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
  const owner = await as(await company(steward, "Withoutplan", { without_p1: true }));
  await says(owner, "/", "You could save", "sign-in dates need Microsoft Entra ID P1");
  await says(owner, "/savings", "sign-in dates need Microsoft Entra ID P1");
  await owner.context().close();
});

test("where Microsoft's reports hide names, it says so and how to show them", async () => {
  const owner = await as(await company(steward, "Concealed", { concealed: true }));
  await says(owner, "/savings", "Microsoft's usage reports hide names");
  await says(owner, "/people", "Microsoft hides names in its usage reports.", "Show names in reports");
  await says(owner, "/", "Microsoft's usage reports hide names");
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
  const acme = await company(steward, "Throttled");
  const owner = await as(acme);
  await bring(steward, { switch: "refuse", path: "/v1.0/users", status: 429, retry_after_seconds: 7200 });
  await acme.call("POST", "/v1/scans", 202);
  await owner.reload();
  await owner.getByText("Microsoft asked us to wait.").waitFor();
  for (const path of DATA) await says(owner, path, "Microsoft asked us to wait.", "The check goes on by itself.");
  await says(owner, "/welcome", "Microsoft asked us to wait a little.");
  await owner.context().close();
});

test("a source that fails alone leaves the rest as it was, and is named", async () => {
  const owner = await as(sample);
  await bring(steward, { switch: "refuse", path: "/v1.0/reports", status: 404 });
  await check(sample, "finished");
  await says(owner, "/", "You could save", "What could not be looked at", "It counts neither as fine nor as wasted.");
  await bring(steward, { switch: "calm" });
  await check(sample, "finished");
  const text = await read(owner, "/");
  assert.ok(!text.includes("the usage reports could not be read"), text);
  await owner.context().close();
});

test("a check that Microsoft did not let finish leaves the numbers of before, and says so", async () => {
  const owner = await as(sample);
  await bring(steward, { switch: "refuse", path: "/v1.0/users", status: 400 });
  await check(sample, "failed");
  for (const path of DATA) await says(owner, path, "The last check did not finish.");
  await says(owner, "/settings/connection", "Not finished");
  await owner.context().close();
});

test("who may only look is told so at every button, and sees no page fail", async () => {
  await sample.call("POST", "/v1/invitations", 202, { email: "vera@northwind.example", role: "read_only" });
  const guest = await (await steward.visitor()).newPage();
  await guest.goto(await mailedLink(steward, "vera@northwind.example", "/invitation"));
  await guest.getByRole("textbox", { name: "Your name" }).fill("Vera Viewer");
  await guest.getByLabel("Password", { exact: true }).fill(sample.password);
  await guest.getByRole("button", { name: "Accept the invitation" }).click();
  await guest.getByRole("link", { name: "Sign in" }).click();
  await signIn(guest, { email: "vera@northwind.example", password: sample.password });
  for (const path of ["/", "/savings", "/licences", "/changes", "/activity", "/team", "/settings/connection", "/settings/sign-in", "/settings/keys", "/connect"]) {
    await visit(guest, path);
    assert.equal(await guest.getByRole("alert").count(), 0, `${path} fails: ${await guest.locator("main").innerText()}`);
    const acts = guest.locator("main").getByRole("button", { name: /^(Check now|Make a key|Connect at Microsoft|Disconnect|Download as a file)/ });
    for (const act of await acts.all()) {
      assert.equal(await act.getAttribute("aria-disabled"), "true", `${path}: ${await act.innerText()}`);
      assert.match(await act.getAttribute("title"), /Your role does not include this/);
    }
  }
  await guest.context().close();
});

test("when the table does not answer, a page says so with the request's number and goes on once it does", async () => {
  const owner = await as(sample);
  await visit(owner, "/");
  await bring(steward, { switch: "table_down" });
  await owner.getByRole("link", { name: "Licences", exact: true }).click();
  const problem = owner.getByRole("alert");
  await problem.getByText(/^Request number \S+/).waitFor();
  await bring(steward, { switch: "calm" });
  await problem.getByRole("button", { name: "Try again" }).click();
  await owner.getByRole("table").first().waitFor();
  await bring(steward, { switch: "table_down" });
  await owner.goto("/savings");
  await owner.getByRole("alert").getByText(/^Request number \S+/).waitFor();
  await bring(steward, { switch: "calm" });
  await owner.getByRole("button", { name: "Try again" }).click();
  await owner.getByRole("heading", { level: 1, name: "Savings" }).waitFor();
  await owner.context().close();
});

test("offline, what was read stays, what was not waits, and it goes on with the network", async () => {
  const owner = await as(sample);
  await visit(owner, "/savings");
  const pages = owner.getByRole("navigation", { name: "Pages" });
  const go = (name) => pages.getByRole("link", { name, exact: true }).click();
  await go("Home");
  await owner.getByRole("heading", { level: 1, name: /You could save/ }).waitFor();
  // The code of a page nobody has been to is there once the first page stands.
  await owner.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("changes")));
  await owner.context().setOffline(true);
  await owner.getByText("You are offline. What you see may be old, and changes cannot be made until you are connected.").waitFor();
  await go("Savings");
  await owner.getByRole("heading", { level: 1, name: "Savings" }).waitFor();
  await owner.getByRole("link", { name: /a month/ }).first().waitFor();
  await go("Changes");
  await owner.getByRole("heading", { level: 1, name: "Changes" }).waitFor();
  await owner.getByRole("status", { name: "Loading" }).waitFor();
  await owner.context().setOffline(false);
  await owner.getByText("No changes made yet").waitFor();
  await owner.getByText("You are offline.").waitFor({ state: "hidden" });
  await owner.context().close();
});

test("a click twice is one act, and a field the server refuses is told beside the field", async () => {
  const owner = await as(sample);
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
  await bring(steward, { switch: "leap", hours: 75 });
  const page = await (await steward.visitor()).newPage();
  await page.clock.setSystemTime(Date.now() + 75 * 3_600_000);
  await page.goto("/sign-in");
  await signIn(page, sample);
  for (const path of DATA) await says(page, path, "These numbers are from 3 days ago.", "Check now for those of today.");
  await page.context().close();
});

test("a session that ran out asks once for two tabs, and loses nothing that was typed in either", async () => {
  const page = await as(sample);
  const other = await page.context().newPage();
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
  await dialog.getByLabel("Password", { exact: true }).fill(sample.password);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("Saved").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Your name" }).inputValue(), "Typed before it ran out");
  await other.getByText("A mail is on its way to typed@expired.example.").waitFor();
  await page.context().close();
});
