// What a company decides for everybody, and what it can look up afterwards: rules for signing in, the log and its file,
// and two people who change the same thing at once.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { withApp } from "./authenticator.js";
import { account, bring, colleague, signUp } from "./company.js";
import { button, close, heading, mailTo, opened, seen, signIn, visit } from "./dashboard.js";

let demo;
const steward = opened({}, async () => {
  demo = await account(steward, steward);
});

const faster = (page) => page.getByRole("alert").getByText("This was changed by somebody else meanwhile").waitFor();
/** A day so many from now, as a field of dates takes it. */
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test("the log is narrowed by what, who and when, its address keeps that, and its file holds what is shown", async () => {
  const page = await steward.owner();
  const entries = page.locator("main ol > li");
  const filter = page.getByRole("form", { name: "Filter" });
  await visit(page, "/activity");
  await entries.first().waitFor();
  await filter.getByRole("combobox", { name: "What" }).selectOption({ label: "Sign-ins" });
  await filter.getByRole("combobox", { name: "Who" }).selectOption({ label: "Demo Owner" });
  await button(filter, "Show").click();
  await page.waitForURL(/kind=user\.signed_in/);
  await page.getByText("A check", { exact: false }).first().waitFor({ state: "detached" });
  const texts = await entries.locator("p").allInnerTexts();
  assert.ok(texts.length > 0 && texts.every((text) => text.startsWith("Somebody signed in")), texts.join("\n"));
  await page.reload();
  await entries.first().waitFor();
  assert.equal(await filter.getByRole("combobox", { name: "What" }).inputValue(), "user.signed_in");
  const who = filter.getByRole("combobox", { name: "Who" });
  await who.getByRole("option", { name: "Demo Owner" }).waitFor({ state: "attached" });
  assert.match(await who.inputValue(), /^usr_/);
  await entries.first().getByText("Demo Owner · Details").click();
  await entries.first().getByText("Request", { exact: true }).waitFor();

  const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Download as a file").click()]);
  assert.match(file.suggestedFilename(), /^steward-activity-\d{4}-\d\d-\d\d\.csv$/);
  const [header, ...rows] = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
  assert.match(header, /kind/);
  assert.equal(rows.length, texts.length);
  assert.ok(rows.every((one) => one.includes('"user.signed_in"')), rows.join("\n"));
  await seen(page, "The file is in your downloads.");

  // The last day is included, the day after tomorrow has not been.
  await filter.getByLabel("Until and including").fill(inDays(1));
  await filter.getByLabel("From").fill(inDays(-1));
  await button(filter, "Show").click();
  await page.waitForURL(/to=/);
  await entries.first().waitFor();
  await filter.getByLabel("Until and including").fill("");
  await filter.getByLabel("From").fill(inDays(2));
  await button(filter, "Show").click();
  await seen(page, "Nothing of this kind.");
  await page.getByRole("link", { name: "Show everything" }).click();
  await page.waitForURL(/\/activity$/);
  await seen(page, /^The log was exported: \d+ entr/);
  await button(page, "Check that nobody changed this list").click();
  await seen(page, /^All [\d,]+ entries are as they were written\.$/);
  await close(page);
});

test("who saves rules after somebody else is told so, and what they chose goes through with the next try", async () => {
  const [page, other] = [await steward.owner(), await steward.owner()];
  const joins = (on) => on.getByRole("combobox", { name: "Who becomes a member by signing in with Microsoft" });
  const save = (on) => button(on, "Save the rules").click();
  for (const on of [page, other]) await visit(on, "/settings/sign-in");
  await joins(other).selectOption({ label: "People to whom you gave a Steward role at Microsoft" });
  await joins(page).selectOption({ label: "Everybody of your Microsoft 365" });
  await save(other);
  await seen(other, "Saved");
  await save(page);
  await faster(page);
  assert.equal(await joins(page).inputValue(), "directory");
  assert.equal((await demo.call("GET", "/v1/policy", 200)).join.who, "app_role");
  await save(page);
  await seen(page, "Saved");
  assert.deepEqual((await demo.call("GET", "/v1/policy", 200)).join, { who: "directory", role: "read_only" });

  // What holds is chosen, however late the names of roles come.
  let answer;
  const held = new Promise((resolve) => {
    answer = resolve;
  });
  await other.route("**/v1/roles*", async (route) => {
    await held;
    await route.continue();
  });
  await other.goto("/settings/sign-in");
  const role = other.getByRole("combobox", { name: "Their role" });
  await role.waitFor();
  answer();
  await role.getByRole("option", { name: "Developer" }).waitFor({ state: "attached" });
  assert.equal(await role.inputValue(), "read_only");
  assert.equal(await role.getByRole("option", { name: "Administrator" }).count(), 0);
  await close(page, other);
});

test("who saves a role, a member or an exception after somebody else is told so, and loses nothing they typed", async () => {
  const { role } = await demo.call("POST", "/v1/roles", 201, { name: "Readers", permissions: ["findings:read"] });
  const ben = await colleague(steward, demo, "ben@northwind.example", role);
  const { items } = await demo.call("GET", "/v1/findings", 200);
  const { finding } = items.find(({ people }) => people === 0);
  const reason = "We hire in spring.";
  const { exception } = await demo.call("POST", "/v1/exceptions", 201, { finding, reason });
  const [page, other] = [await steward.owner(), await steward.owner()];

  const editor = (on) => on.getByRole("dialog", { name: "Readers" });
  for (const on of [page, other]) {
    await visit(on, "/team");
    await button(on, "Change: Readers").click();
  }
  await editor(other).getByLabel("See the team").check();
  await editor(page).getByLabel("Name").fill("Readers and more");
  await button(editor(other), "Save the role").click();
  await editor(other).waitFor({ state: "detached" });
  await button(editor(page), "Save the role").click();
  await faster(page);
  assert.equal(await editor(page).getByLabel("Name").inputValue(), "Readers and more");
  await button(editor(page), "Save the role").click();
  await editor(page).waitFor({ state: "detached" });
  await button(page, "Change: Readers and more").waitFor();

  const his = (on) => on.getByRole("combobox", { name: "Role of Ben Dahl" });
  const give = async (on, label) => {
    await his(on).selectOption({ label });
    await button(on, "Change the role: Ben Dahl").click();
  };
  await give(other, "Member");
  await seen(other, "Done.");
  await give(page, "Viewer");
  await seen(page, /^This was changed by somebody else meanwhile\./);
  await page.waitForFunction((select) => select.value === "member", await his(page).elementHandle());
  await give(page, "Viewer");
  await seen(page, "Done.");
  const members = (await demo.call("GET", "/v1/members", 200)).items;
  assert.equal(members.find(({ email }) => email === ben.email).role, "read_only");

  const dialog = (on) => on.getByRole("dialog", { name: "Change the exception" });
  for (const on of [page, other]) {
    await visit(on, "/settings/exceptions");
    await on.getByRole("button", { name: /^Change: / }).click();
  }
  await dialog(other).getByLabel("Why").fill("We hire in summer.");
  await dialog(page).getByLabel("Why").fill("We hire in autumn.");
  await button(dialog(other), "Save").click();
  await seen(other, "Changed. Savings follow within seconds.");
  await button(dialog(page), "Save").click();
  await faster(page);
  assert.equal(await dialog(page).getByLabel("Why").inputValue(), "We hire in autumn.");
  await button(dialog(page), "Save").click();
  await seen(page, "Changed. Savings follow within seconds.");
  const kept = (await demo.call("GET", "/v1/exceptions", 200)).items.find((one) => one.exception === exception);
  assert.equal(kept.reason, "We hire in autumn.");

  // The other page still shows what was before it.
  await other.getByRole("button", { name: /^End: / }).click();
  const ending = other.getByRole("dialog", { name: "End the exception?" });
  await button(ending, "End").click();
  await faster(other);
  await button(ending, "End").click();
  await seen(other, "Ended. Savings follow within seconds.");
  await seen(other, "Nothing is accepted as it is.");
  await close(page, other);
});

// Last: time leaps by days.
test("two-step sign-in for everybody: with a grace, in which one is reminded, and after which nothing else is possible", async () => {
  const olga = await signUp(steward, "Strict");
  const ben = await colleague(steward, olga, "ben@strict.example", "member");
  const [owner, page] = [await steward.as(olga), await steward.as(ben)];
  await visit(owner, "/settings/sign-in");
  await owner.getByRole("combobox", { name: "Two-step sign-in" }).selectOption({ label: "Everybody needs it, from a day on" });
  const from = owner.getByLabel("From");
  await from.fill(inDays(60));
  await button(owner, "Save the rules").click();
  await owner.getByRole("alert").getByText("Choose a day within the next 30 days.").waitFor();
  assert.equal(await from.getAttribute("aria-invalid"), "true");
  await from.fill(inDays(6));
  await button(owner, "Save the rules").click();
  await owner.getByRole("alert").getByText("Set up a second factor first").waitFor();
  // In another tab, so that what was chosen stays.
  await withApp(steward, await owner.context().newPage());
  await button(owner, "Save the rules").click();
  await seen(owner, "Saved");
  await mailTo(steward, ben.email, "wants everybody to sign in to Steward in two steps.");

  await visit(page, "/team");
  await seen(page, /^Your company asks everybody for two-step sign-in, from /);
  await page.getByRole("listitem").filter({ hasText: olga.email }).waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  await bring(steward, { switch: "leap", hours: 7 * 24 });
  await page.goto("/team");
  await signIn(page, ben);
  await page.getByRole("alert").getByText("Set up a second factor first").first().waitFor();
  await page.getByRole("link", { name: "Set it up" }).click();
  await heading(page, "How you sign in").waitFor();
  await withApp(steward, page);
  await visit(page, "/team");
  await page.getByRole("listitem").filter({ hasText: olga.email }).waitFor();
  assert.equal(await page.getByText(/^Your company asks everybody for two-step sign-in/).count(), 0);
  await close(owner, page);
});
