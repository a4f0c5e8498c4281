// A company that has not paid, one that is closed, one that is made up, and one of several of somebody: what its pages
// say, and what can be pressed. tests/it/isolation.rs holds what the API refuses then.
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, colleague, company, furnished, join, signUp, stand } from "./company.js";
import { button, close, faults, heading, inside, mailTo, opened, seen, signIn, visit } from "./dashboard.js";
import { PAGES, pathOf } from "./states.js";

const steward = opened();

const off = (page, name) =>
  page.locator("main").getByRole("button", { name, exact: true }).and(page.locator("[aria-disabled=true]")).first();

test("after a payment failed every page says so, that all works, until when, and who settles it", async () => {
  const made = await company(steward, "Pastdue");
  const about = await furnished(steward, made);
  const ben = await colleague(steward, made, "ben@pastdue.example", "member");
  await stand(steward, made, "past_due", 3);
  const owner = await steward.as(made);
  for (const name of Object.keys(PAGES)) {
    await visit(owner, pathOf(name, about));
    await seen(owner, "A payment for Steward failed.");
    await seen(owner, /^Everything works as before\. That is so until .*\d{4}\. Then Steward changes nothing any more\.$/);
    await seen(owner, /^Answer any mail from Steward/);
  }
  assert.deepEqual(await faults(owner), []);
  await visit(owner, "/");
  assert.equal(await button(owner, "Check now").getAttribute("aria-disabled"), null);
  const member = await steward.as(ben);
  await seen(member, /^An owner of your company can settle it\./);
  // Paid: nothing is said any more.
  await stand(steward, made, "active");
  await visit(owner, "/");
  assert.equal(await owner.getByText("A payment for Steward failed.").count(), 0);
  await close(owner, member);
});

test("a company that may only read sees every act, off and with the reason, and still takes its data away", async () => {
  const made = await company(steward, "Readonly");
  const about = await furnished(steward, made);
  const { headline } = await made.call("POST", "/v1/fixes/preview", 200, { finding: about.finding });
  const ben = await colleague(steward, made, "ben@readonly.example", "admin");
  const owner = await steward.as(made, { permissions: ["clipboard-read", "clipboard-write"] });
  await visit(owner, "/");
  await stand(steward, made, "read_only", 15);
  // A page that was open before learns it from the first refusal.
  await button(owner, "Check now").click();
  await seen(owner, /^This company's account does not allow this now\. It is read-only until it is paid again\./);
  await seen(owner, /^You see everything and can take it away as files\. Nothing can be changed or undone/);
  await off(owner, "Check now").waitFor();
  // Why it was refused stays with its number, which can be taken elsewhere, until it is put away.
  const number = owner.getByText(/^Request number \S+$/);
  const [, request] = /number (\S+)$/.exec(await number.innerText());
  await button(owner, "Copy").click();
  await seen(owner, "Copied");
  assert.equal(await owner.evaluate(() => navigator.clipboard.readText()), request);
  assert.deepEqual(await faults(owner), [], "everybody can use what tells of an error");
  await owner.getByText("Copied").waitFor({ state: "detached" });
  await number.waitFor();
  await button(owner, "Hide").click();
  await number.waitFor({ state: "detached" });

  const acts = {
    home: ["Check now"],
    savings: ["Check now"],
    finding: ["Put it off", "Accept it as it is", "Ask the manager"],
    licences: [/^Change the price of/, "Make an address"],
    person: [/^Accept it as it is for/],
    change: ["Undo"],
    connect: ["Connect at Microsoft"],
    connection: ["Disconnect"],
    access: [/^Take it back/],
    exceptions: [/^Change: /, /^End: /],
    team: ["Make a role"],
    keys: ["Make a key"],
  };
  for (const [name, buttons] of Object.entries(acts)) {
    await visit(owner, pathOf(name, about));
    for (const one of buttons) {
      await off(owner, one).waitFor();
      assert.match(await off(owner, one).getAttribute("title"), /^Steward changes nothing until it is paid/, `${name}: ${one}`);
    }
  }
  for (const name of ["checks", "rules", "team"]) {
    await visit(owner, PAGES[name]);
    await seen(owner, "Steward changes nothing until it is paid. Answer any mail from Steward to settle it.");
  }
  // Who cannot settle it is told who can.
  const administrator = await steward.as(ben);
  await visit(administrator, "/");
  const why = "Steward changes nothing until it is paid. An owner can settle it.";
  assert.equal(await off(administrator, "Check now").getAttribute("title"), why);
  await close(administrator);
  // Looking is no change: the preview is there, and only its act is off.
  await visit(owner, pathOf("finding", about));
  await button(owner, "Preview the fix").click();
  const sheet = owner.getByRole("dialog");
  await sheet.getByText("How it is undone").waitFor();
  const act = button(sheet, headline);
  assert.match(await act.getAttribute("title"), /^Steward changes nothing until it is paid/);

  await visit(owner, "/savings");
  const download = owner.waitForEvent("download");
  await button(owner, "Download as a file").click();
  await download;
  await close(owner);
});

test("what was typed stays when the company turns read-only under the hand, and says why it is not sent", async () => {
  const made = await company(steward, "Midtyping");
  const team = await steward.as(made);
  const [licences, checks] = await Promise.all([team.context().newPage(), team.context().newPage()]);
  await visit(team, "/team");
  await team.getByLabel("E-mail address").fill("typed@midtyping.example");
  await visit(licences, "/licences");
  await licences.getByLabel("Your file").setInputFiles({
    name: "prices.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("part_number,amount\nSPB,20.00\n"),
  });
  await licences.getByRole("button", { name: /^Change the price of / }).first().click();
  await licences.getByLabel(/^One licence, a month/).fill("12.34");
  await visit(checks, "/settings/checks");
  await checks.getByLabel("Free ones of each type").fill("77");

  await stand(steward, made, "read_only", 15);
  const WHY = "Steward changes nothing until it is paid. Answer any mail from Steward to settle it.";
  for (const [page, act, ...typed] of [
    [team, "Send the invitation", ["E-mail address", "typed@midtyping.example"]],
    [licences, "Look what it changes", ["Your file", "C:\\fakepath\\prices.csv"], [/^One licence, a month/, "12.34"]],
    [checks, "Save the settings", ["Free ones of each type", "77"]],
  ]) {
    await button(page, act).click();
    await page.getByRole("alert").getByText("This company's account does not allow this now").waitFor();
    await seen(page.locator("main"), WHY);
    for (const [label, value] of typed) assert.equal(await page.getByLabel(label).inputValue(), value, String(label));
  }
  // What cannot be sent now says so where it is pressed, and is not sent.
  const sent = [];
  team.on("request", (request) => request.url().endsWith("/v1/invitations") && sent.push(request.method()));
  assert.equal(await button(team, "Send the invitation").getAttribute("title"), WHY);
  await team.getByLabel("E-mail address").press("Enter");
  assert.equal(await button(licences, "Look what it changes").getAttribute("title"), WHY);
  await button(licences, "Save").click();
  await licences.getByRole("alert").getByText("This company's account does not allow this now").nth(1).waitFor();
  assert.equal(await licences.getByLabel(/^One licence, a month/).inputValue(), "12.34");
  assert.deepEqual(await faults(team), []);
  assert.deepEqual(sent, []);
  await close(team);
});

test("a suspended company shows who can open it and the way out, and nothing else, open pages and new ones alike", async () => {
  const made = await company(steward, "Suspended");
  const owner = await steward.as(made);
  await visit(owner, "/savings");
  await stand(steward, made, "suspended", 22);
  const closed = async () => {
    await heading(owner, "This company's account is not open").waitFor();
    await seen(owner, /^It is suspended, and nothing of it is deleted\. An owner can have it opened again/);
    assert.equal(await owner.getByRole("navigation", { name: "Pages" }).count(), 0);
    assert.deepEqual(await owner.locator("main").getByRole("button").allInnerTexts(), ["Sign out"]);
  };
  await owner.getByRole("link", { name: "People", exact: true }).click();
  await closed();
  for (const path of ["/", "/savings", "/settings/company"]) {
    await owner.goto(path);
    await closed();
  }
  assert.deepEqual(await faults(owner), []);
  await button(owner, "Sign out").click();
  await owner.waitForURL(/\/sign-in$/);
  await owner.goto("/");
  await owner.waitForURL(/\/sign-in$/);
  await close(owner);
});

test("the sample company says on every page that it is made up, and one that is only called so does not", async () => {
  const sample = await steward.owner();
  for (const path of ["/", "/team", "/settings/company", "/account"]) {
    await visit(sample, path);
    await seen(sample, "Sample data.");
  }
  const made = await company(steward, "Namesake", { name: "Namesake (sample data)" });
  const owner = await steward.as(made);
  await heading(owner, /You could save/).waitFor();
  assert.equal(await owner.getByText("Sample data.").count(), 0);
  await close(sample, owner);
});

test("the connection page says what is read and why, and only then what Microsoft calls the permission", async () => {
  const made = await company(steward, "Inwords", {}, { denied: ["Reports.Read.All"] });
  const { reads } = await made.call("GET", "/v1/microsoft", 200);
  const owner = await steward.as(made);
  await visit(owner, "/settings/connection");
  await seen(owner, "Names, sign-in names, departments and licences of people");
  const items = owner.locator("main").getByRole("listitem");
  for (const { name, uses } of reads) {
    const text = await items.filter({ has: owner.getByText(name, { exact: true }) }).first().innerText();
    for (const { what, why } of uses) assert.ok(text.includes(what) && text.includes(why), `${name}: ${text}`);
    assert.ok(text.endsWith(name), text);
  }
  const [{ uses }] = reads.filter(({ granted }) => !granted);
  await seen(owner, "What we asked for and did not get");
  await seen(owner, uses[0].what);
  await close(owner);
});

/** The link of the mail that told of a change. */
async function receiptOf({ email }, change) {
  const { text } = await mailTo(steward, email, `/changes/${change}`);
  return new RegExp(`https?://\\S+/changes/${change}\\S*`).exec(text)[0];
}

test("the link of a receipt survives signing in, and leads to the change and its undo", async () => {
  const made = await company(steward, "Receipt");
  const { change } = await furnished(steward, made);
  const { headline } = await made.call("GET", `/v1/fixes/${change}`, 200);
  const link = await receiptOf(made, change);
  const page = await steward.stranger();
  await page.goto(link);
  await page.waitForURL(/\/sign-in\?/);
  await signIn(page, made);
  await page.waitForURL(new RegExp(`/changes/${change}$`));
  await inside(page);
  await heading(page, headline).waitFor();
  await button(page, "Undo").click();
  await button(page.getByRole("dialog"), "Put it back").click();
  await page.getByText("Undone", { exact: true }).waitFor();
  await close(page);
});

test("a receipt of the second of two companies leads there, whichever one is in, and who is not in it is told so", async () => {
  const anna = await signUp(steward, "Firstly");
  const second = await company(steward, "Secondly");
  await join(steward, second, anna, "admin");
  const { tenant } = await second.call("GET", "/v1/tenant", 200);
  const there = { ...(await account(steward, { ...anna, tenant })), directory: second.directory };
  const { change } = await furnished(steward, there);
  const { headline } = await there.call("GET", `/v1/fixes/${change}`, 200);
  const link = await receiptOf(anna, change);
  assert.equal(new URL(link).searchParams.get("company"), tenant);

  // Signing in leads to the first company.
  const page = await steward.stranger();
  await page.goto(link);
  await page.waitForURL(/\/sign-in\?/);
  await signIn(page, anna);
  await seen(page, "You are in Secondly now.");
  await heading(page, headline).waitFor();
  await page.waitForURL(new RegExp(`/changes/${change}$`));

  // Nothing is said, and nothing switched, where one is there already.
  const switches = [];
  page.on("request", (request) => request.url().endsWith("/switch") && switches.push(request.url()));
  await visit(page, link);
  await heading(page, headline).waitFor();
  await page.waitForURL(new RegExp(`/changes/${change}$`));
  assert.deepEqual(switches, []);

  // In the first one, on which a page is open.
  const home = await steward.as(anna);
  await visit(home, "/team");
  await home.goto(link);
  await heading(home, headline).waitFor();
  await close(home);

  // What a link names that is none of one's companies leads nowhere, whatever it is.
  const other = await steward.as(await signUp(steward, "Thirdly"));
  const turned = async (to, title = "You are not in the company this link is about") => {
    await other.goto(to);
    await heading(other, title).waitFor();
    assert.equal(await other.getByRole("navigation", { name: "Pages" }).count(), 0);
    assert.equal(new URL(other.url()).origin, new URL(steward.url).origin);
  };
  for (const named of ["", "../../sign-out", "https://evil.example/", "//evil.example", "ten_00000000000000000000000001"]) {
    await turned(`/savings?company=${encodeURIComponent(named)}`);
  }
  await turned(link);
  assert.deepEqual(await faults(other), []);
  await other.getByRole("link", { name: "Go to the first page" }).click();
  await inside(other);
  assert.equal(new URL(other.url()).search, "");

  // Who has the other account signs in with it, and comes to the page.
  await turned(link);
  await button(other, "Sign in again").click();
  await other.waitForURL(/\/sign-in\?/);
  await signIn(other, anna);
  await heading(other, headline).waitFor();

  await stand(steward, second, "suspended", 22);
  const late = await steward.as(anna);
  await late.goto(link);
  await heading(late, "The company this link is about is not open").waitFor();
  await close(page, other, late);
});
