// People, licences and prices, trends, what checks look for, what Steward did at Microsoft, and the API reference:
// what an owner does with them, what others may not, and what they say when there is nothing or no answer.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { account, colleague } from "./company.js";
import { heading, mailedLink, mailTo, opened, PASSWORD, seen, signIn, visit } from "./dashboard.js";

let page, token;
const steward = opened({}, async () => {
  page = await steward.owner();
  page.setDefaultTimeout(15_000);
  token = await tokenOf(steward);
});

const tokenOf = async ({ email, password }) =>
  (await steward.call("POST", "/v1/sign-in", 200, { body: { email, password } })).access_token;
const rows = (on, caption) => on.getByRole("table", { name: caption }).locator("tbody tr");
const people = () => rows(page, "People with what they have and what it costs");

/** Waits until something holds: of what the page asks for again by itself. */
async function until(holds) {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail("it does not come to be so");
}

/** Whether there are people in the list, and each of them is so. */
async function all(like) {
  const texts = await people().allInnerTexts();
  return texts.length > 0 && texts.every((row) => like.test(row));
}

/** What a button hands over as a file. */
async function taken(button) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
  return readFile(await file.path(), "utf8");
}

/** Somebody of the company with a role, signed in in a browser of their own. */
async function member(email, role) {
  return steward.as(await colleague(steward, await account(steward, steward), email, role));
}

test("people are found by name and by how they use what they have, and the address keeps the question", async () => {
  await visit(page, "/people");
  await page.getByRole("searchbox", { name: "Name or address" }).fill("anna");
  await page.waitForURL(/search=anna/);
  await until(() => all(/anna/i));
  await page.getByRole("searchbox", { name: "Name or address" }).fill("");
  await until(() => !page.url().includes("search"));
  await page.getByRole("combobox", { name: "How they use it" }).selectOption({ label: "Not used for a long time" });
  await page.waitForURL(/status=not_used/);
  await until(() => all(/Not used for 90 days/));
  await page.reload();
  await people().first().waitFor();
  assert.equal(await page.getByRole("combobox", { name: "How they use it" }).inputValue(), "not_used");
  await visit(page, "/people?search=nobody-is-called-so");
  await seen(page, "Nobody matches.");
  await page.getByRole("link", { name: "Show everybody" }).click();
  await people().first().waitFor();
});

test("letters that are typed while the list is on its way are not lost", async () => {
  await visit(page, "/people");
  const search = page.getByRole("searchbox", { name: "Name or address" });
  const slow = await page.context().newCDPSession(page);
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  await search.pressSequentially("an");
  await page.waitForURL(/search=an$/);
  await search.pressSequentially("na");
  await page.waitForURL(/search=anna$/);
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await slow.detach();
  await until(() => all(/anna/i));
  assert.equal(await search.inputValue(), "anna");
  // What the address is changed to otherwise is what stands there.
  await page.evaluate(() => history.pushState(null, "", "/people?search=bo"));
  await page.waitForFunction((input) => input.value === "bo", await search.elementHandle());
});

test("a list that is longer than a page goes on, with everybody in it once", async () => {
  await visit(page, "/people");
  const more = page.getByRole("button", { name: "Show more" });
  for (let pages = 1; await more.count(); pages++) {
    await more.click();
    await until(async () => (await people().count()) > pages * 50);
    assert.ok(pages < 10);
  }
  const links = await people()
    .getByRole("link")
    .evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  const persons = links.filter((href) => /^\/people\/[0-9a-f-]{36}$/.test(href));
  const { totals } = await steward.call("GET", "/v1/overview", 200, { token });
  assert.equal(persons.length, totals.people);
  assert.equal(new Set(persons).size, persons.length);
  // An owner looks at the sample company: nobody in it has a name that no person has.
  assert.doesNotMatch((await people().allInnerTexts()).join("\n"), /[<{=]/);
});

test("the dearest come first, and a department is a filter", async () => {
  await visit(page, "/people?sort=cost");
  const costs = await people().evaluateAll((all) =>
    all.map((row) => Number(/\$([\d,.]+)/.exec(row.lastElementChild.textContent)?.[1].replaceAll(",", "") ?? 0)),
  );
  assert.deepEqual(
    costs,
    costs.toSorted((a, b) => b - a),
  );
  await page.getByRole("link", { name: "Only Sales" }).first().click();
  await page.waitForURL(/department=Sales/);
  await until(() => all(/Sales/));
  await page.getByRole("button", { name: "Show every department" }).click();
  await until(() => !page.url().includes("department"));
});

test("a person's page says what they have, what it costs, when they were last there, and what can be done", async () => {
  const { items } = await steward.call("GET", "/v1/people?status=not_used&limit=1", 200, { token });
  const [{ person, name, licences }] = items;
  await visit(page, `/people/${person}`);
  await heading(page, name).waitFor();
  for (const { product } of licences) await seen(page, product);
  await seen(page, /a year · excl\. VAT/);
  await seen(page, "Where it comes from");
  await seen(page, /Microsoft (sign-in records|usage reports)/);
  await page
    .getByRole("link", { name: /^See what can be done/ })
    .first()
    .click();
  await page.waitForURL(/\/savings\/fnd_/);
  await seen(page, "If you act on it");
  for (const nobody of ["00000000-0000-4000-8000-000000000000", "not-a-number"]) {
    await visit(page, `/people/${nobody}`);
    await seen(page, "Nobody has this address here.");
  }
});

test("files hold no formulas", async () => {
  await visit(page, "/people");
  const file = await taken("Download as a file");
  assert.ok(file.startsWith("\u{feff}"));
  assert.doesNotMatch(file, /(^|,)"[=+@-]/m);
  await visit(page, "/licences");
  assert.match(await taken("Download as a file"), /Microsoft 365 Business Premium/);
  await visit(page, "/trends");
  assert.match(await taken("Download the ledger as a file"), /found/);
  await visit(page, "/savings");
  const savings = await taken("Download as a file");
  assert.match(savings, /saving_monthly/);
  assert.doesNotMatch(savings, /(^|,)"[=+@-]/m);
});

test("savings are filtered by their reason, and the address keeps it", async () => {
  const { items } = await steward.call("GET", "/v1/findings?limit=100", 200, { token });
  const { check } = items.find(({ saving }) => saving);
  const { items: checks } = await steward.call("GET", "/v1/checks", 200, { token });
  const { title } = checks.find((one) => one.check === check);
  await visit(page, "/savings");
  await page.getByRole("combobox", { name: "Reason" }).selectOption({ label: title });
  await page.waitForURL(new RegExp(`check=${check}$`));
  await page.reload();
  const found = items.filter((one) => one.check === check).length;
  const boxes = page.getByRole("checkbox", { name: /^Choose: / });
  await until(async () => (await boxes.count()) === found);
  assert.equal(await page.getByRole("combobox", { name: "Reason" }).inputValue(), check);
});

test("a licence type nobody has a price of asks for it, and what is told changes what is paid", async () => {
  await visit(page, "/licences");
  await seen(page, /^\d+ licence types? ha(s|ve) no price$/);
  const row = rows(page, "Licence types with their numbers and prices").filter({ hasText: "WORKFORCE_INSIGHTS_P1" });
  await row.getByText("not known").waitFor();
  await row.getByRole("button", { name: /^Tell us what you pay/ }).click();
  const amount = row.getByRole("spinbutton", { name: /^One licence, a month/ });
  assert.ok(await amount.evaluate((field) => field === document.activeElement));
  await row.getByRole("button", { name: "Save" }).click();
  await row.getByRole("alert").waitFor();
  await amount.fill("12.50");
  await row.getByRole("textbox", { name: "Where the number is from" }).fill("Invoice <b>of</b> October");
  await row.getByRole("button", { name: "Save" }).click();
  await row.getByText("$12.50").waitFor();
  await row.getByText("$25").waitFor();
  await row.getByText("Invoice <b>of</b> October").waitFor();
  await row.getByText(/^You told us/).waitFor();
  // What the company pays follows without another check.
  await until(async () => {
    const { totals } = await steward.call("GET", "/v1/overview", 200, { token });
    return totals.price_missing_skus.every(({ part_number }) => part_number !== "WORKFORCE_INSIGHTS_P1");
  });
});

test("a list price is replaced and comes back, and two people who change prices at once lose nothing", async () => {
  await visit(page, "/licences");
  const row = rows(page, "Licence types with their numbers and prices").filter({ hasText: "Power BI Pro" });
  await row.getByText(/^List price/).waitFor();
  await row.getByRole("button", { name: /^Change the price/ }).click();
  const { items } = await steward.call("GET", "/v1/prices", 200, { token });
  const visio = items.find(({ product }) => product === "Visio Plan 2");
  const version = await etag("/v1/prices");
  await put(`/v1/prices/${visio.sku}`, version, { amount_minor: 1300, term: "monthly" });
  await row.getByRole("spinbutton").fill("9.99");
  await row.getByRole("button", { name: "Save" }).click();
  // Somebody was faster: it says so, and what was typed is there to be sent again.
  await row.getByRole("alert").waitFor();
  assert.equal(await row.getByRole("spinbutton").inputValue(), "9.99");
  await until(async () => (await etag("/v1/prices")) !== version);
  await rows(page, "Licence types with their numbers and prices")
    .filter({ hasText: "Visio Plan 2" })
    .getByText("$13")
    .waitFor();
  await row.getByRole("button", { name: "Save" }).click();
  await row.getByText("$9.99").waitFor();
  await row.getByRole("button", { name: /^Change the price/ }).click();
  await row.getByRole("button", { name: "Use the list price" }).click();
  await row.getByText(/^List price/).waitFor();
});

test("prices from a file: what is wrong is named by row and cell, and nothing changes before it is said so", async () => {
  await visit(page, "/licences");
  const file = await taken("Download the file");
  const lines = file.trim().split(/\r?\n/);
  const at = lines.findIndex((line) => line.includes("Microsoft 365 E3"));
  const csv = (amount) => {
    const cells = lines[at].split('","');
    cells[3] = amount;
    cells[4] = "USD";
    cells[5] = "monthly";
    return [lines[0], cells.join('","')].join("\r\n");
  };
  const look = async (text) => {
    const buffer = Buffer.from(text);
    await page.getByLabel("Your file").setInputFiles({ name: "prices.csv", mimeType: "text/csv", buffer });
    await page.getByRole("button", { name: "Look what it changes" }).click();
  };
  await look(csv("1,234"));
  await seen(page, "1 cell to correct. Nothing was changed.");
  await seen(page, "2, amount");
  await seen(page, /can be read in two ways/);
  await look(csv("=1+1"));
  await seen(page, "1 cell to correct. Nothing was changed.");
  await look(csv("33.30"));
  await seen(page, "1 price changes.");
  const e3 = async () =>
    (await steward.call("GET", "/v1/prices", 200, { token })).items.find(
      ({ product }) => product === "Microsoft 365 E3",
    );
  assert.equal((await e3()).own, null);
  await page.getByRole("button", { name: "Change 1 price" }).click();
  await seen(page, /^1 price is changed/);
  assert.equal((await e3()).own.amount.amount_minor, 3330);
  await look(csv("33.30"));
  await seen(page, "The file says what holds already. Nothing changes.");
});

test("renewals say by when and how many, and a calendar address is shown once and ends when it is revoked", async () => {
  await visit(page, "/licences");
  await seen(page, /^Reduce by /);
  await seen(page, /licences can be given back$/);
  await page.getByText("Words to do it with").first().click();
  await seen(page, /reduce from \d+ to \d+ licences by/);
  await page.getByRole("button", { name: "Make an address" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("What it is for").fill("Office <i>calendar</i>");
  await dialog.getByRole("button", { name: "Make an address" }).click();
  const address = await page.getByRole("dialog", { name: "Your calendar address" }).locator("code").innerText();
  await page.getByRole("button", { name: "I have copied it" }).click();
  const calendar = await fetch(address);
  assert.match(calendar.headers.get("content-type"), /^text\/calendar/);
  assert.match(await calendar.text(), /BEGIN:VEVENT/);
  await page.reload();
  await seen(page, "Office <i>calendar</i>");
  assert.equal(await page.getByText(address).count(), 0);
  await page.getByRole("button", { name: "Revoke: Office <i>calendar</i>" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await seen(page, "No address yet.");
  assert.equal((await fetch(address)).status, 404);
});

test("trends: one check draws no line and says when the next is, and the ledger is a sentence, bars and a table", async () => {
  await visit(page, "/trends");
  await seen(page, "Two checks are needed to draw a line.");
  await seen(page, /^One was made in this time\. The next runs by itself \S+/);
  await seen(page, "Nothing is saved yet.");
  await page.getByText("Show as table").first().click();
  const [month] = await rows(page, "What you saved").allInnerTexts();
  assert.match(month, /\$[\d,.]+/);
  assert.ok((await page.locator("figure svg rect").count()) >= 3);
  const { departments } = await steward.call("GET", "/v1/savings?by=department", 200, { token });
  const places = page.getByRole("table", { name: "By department" });
  await places.getByRole("columnheader", { name: "Approved" }).waitFor();
  const unpriced = departments.filter(({ price_missing }) => price_missing > 0).length;
  assert.equal(await places.getByText(/^and \d+ licences? without a known price$/).count(), unpriced);
  await page.getByRole("link", { name: "A year" }).click();
  await page.waitForURL(/days=365/);
  await page.getByRole("link", { name: "Compare with the time before" }).click();
  await page.waitForURL(/days=365&compare=true/);
  await page.getByRole("link", { name: "Sales" }).click();
  await page.waitForURL(/\/people\?department=Sales/);
});

test("what checks look for is changed with the reason of every number, and a wrong one is told beside its field", async () => {
  await visit(page, "/settings/checks");
  const look = page.getByRole("spinbutton", { name: "Days unused until we ask you to look" });
  const propose = page.getByRole("spinbutton", { name: "Days unused until we propose to take it back" });
  assert.equal(await look.inputValue(), "90");
  await look.fill("200");
  await page.getByRole("button", { name: "Save the settings" }).click();
  await page.getByRole("alert").first().waitFor();
  assert.equal(await propose.getAttribute("aria-invalid"), "true");
  assert.equal(await look.inputValue(), "200");
  await look.fill("60");
  const vips = page.getByRole("region", { name: "People whose licences are not to be touched" });
  await vips.getByRole("searchbox").fill("anna");
  await vips
    .getByRole("button", { name: /^Add Anna/ })
    .first()
    .click();
  await vips.getByRole("button", { name: /^Remove Anna/ }).waitFor();
  await page.getByText(/^Left out of all checks:/).click();
  await page.getByRole("checkbox", { name: "Visio Plan 2" }).first().check();
  await page.getByRole("button", { name: "Save the settings" }).click();
  await seen(page, "Saved. The next check goes by it.");
  await page.reload();
  await vips.getByRole("button", { name: /^Remove Anna/ }).waitFor();
  assert.equal(await look.inputValue(), "60");
  const kept = await steward.call("GET", "/v1/checks/settings", 200, { token });
  assert.equal(kept.exclusions.vips.length, 1);
  assert.equal(kept.ignored_skus.length, 1);
  assert.equal(kept.grace_days, 30);
  await seen(page, /^\d+ checks\. Each says/);
  await page.getByText("Licences nobody is assigned").click();
  await seen(page, "You pay for every licence you buy, whether somebody has it or not.");
});

test("who saves settings after somebody else is told so, keeps what they typed, and their next try goes through", async () => {
  const other = await steward.owner();
  const most = (on) => on.getByRole("spinbutton", { name: "People", exact: true });
  const save = (on) => on.getByRole("button", { name: "Save the settings" }).click();
  const leave = () => other.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "People" }).click();
  await visit(page, "/settings/checks");
  await visit(other, "/settings/checks");
  const free = (on) => on.getByRole("spinbutton", { name: "Free ones of each type" });
  await most(other).fill("8");
  await most(page).fill("7");
  await free(page).fill("3");
  await save(page);
  await seen(page, "Saved. The next check goes by it.");
  await save(other);
  await other.getByRole("alert").getByText("This was changed by somebody else meanwhile").waitFor();
  assert.equal(await most(other).inputValue(), "8");
  await save(other);
  await seen(other, "Saved. The next check goes by it.");
  const kept = await steward.call("GET", "/v1/checks/settings", 200, { token });
  assert.equal(kept.confirm_above_people, 8);
  assert.equal(kept.seat_slack_min, 3, "what the other changed stays");

  await most(other).fill("9");
  await leave();
  const dialog = other.getByRole("dialog", { name: "Leave without saving?" });
  await dialog.getByRole("button", { name: "Stay here" }).click();
  assert.equal(await most(other).inputValue(), "9");
  await leave();
  await dialog.getByRole("button", { name: "Leave without saving" }).click();
  await other.waitForURL(/\/people$/);
  await other.context().close();
});

test("an exception is listed with its reason, changed, and ended", async () => {
  await visit(page, "/settings/exceptions");
  await seen(page, "Nothing is accepted as it is.");
  const { items } = await steward.call("GET", "/v1/findings", 200, { token });
  const finding = items.find(({ people }) => people === 0);
  const reason = "We hire <script>alert(1)</script> in spring.";
  await steward.call("POST", "/v1/exceptions", 201, { token, body: { finding: finding.finding, reason } });
  await page.reload();
  await seen(page, reason);
  await page.getByRole("button", { name: /^Change: / }).click();
  const dialog = page.getByRole("dialog", { name: "Change the exception" });
  await dialog.getByLabel("Why").fill("We hire in summer.");
  await dialog.getByLabel("Ends on").fill("2001-01-01");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByRole("alert").waitFor();
  assert.equal(await dialog.getByLabel("Why").inputValue(), "We hire in summer.");
  const soon = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  await dialog.getByLabel("Ends on").fill(soon);
  await dialog.getByRole("button", { name: "Save" }).click();
  await seen(page, "We hire in summer.");
  await page.getByRole("button", { name: /^End: / }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End" }).click();
  await seen(page, "Nothing is accepted as it is.");
});

test("an exception ends with the day that is named as its last, wherever one reads it", async () => {
  const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const { items } = await steward.call("GET", "/v1/findings", 200, { token });
  const { finding } = items.find(({ people }) => people === 0);
  const zones = [
    ["Europe/Berlin", `${inDays(40)}T23:00:00Z`, inDays(41)],
    ["America/New_York", `${inDays(41)}T03:30:00Z`, inDays(40)],
  ];
  for (const [timeZone, expires_at, last] of zones) {
    const body = { finding, reason: "We hire in spring.", expires_at };
    await steward.call("POST", "/v1/exceptions", 201, { token, body });
    const there = await steward.owner({ timezoneId: timeZone, locale: "en-US" });
    await visit(there, "/settings/exceptions");
    const named = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" }).format(new Date(last));
    await seen(there, `until ${named}`);
    await there.getByRole("button", { name: /^Change: / }).click();
    const dialog = there.getByRole("dialog", { name: "Change the exception" });
    assert.equal(await dialog.getByLabel("Ends on").inputValue(), last, timeZone);
    await dialog.getByLabel("Ends on").fill(inDays(60));
    await dialog.getByRole("button", { name: "Save" }).click();
    await seen(there, "Changed. Savings follow within seconds.");
    const [kept] = (await steward.call("GET", "/v1/exceptions", 200, { token })).items;
    const ends = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
    assert.equal(ends.format(new Date(kept.expires_at)), `${inDays(60)} 23:59:59`);
    await there.getByRole("button", { name: /^End: / }).click();
    await there.getByRole("dialog").getByRole("button", { name: "End" }).click();
    await seen(there, "Nothing is accepted as it is.");
    await there.context().close();
  }
});

test("what Steward read is listed call by call, with what it can never read", async () => {
  await visit(page, "/settings/access");
  await seen(page, "A check, on request");
  await seen(page, /^\d+ calls · nothing changed$/);
  await page.getByText("What was asked").first().click();
  await rows(page, "What was asked").filter({ hasText: "LicenseAssignment.Read.All" }).first().waitFor();
  const kinds = page.getByRole("navigation", { name: "Show" });
  await kinds.getByRole("link", { name: "Undos" }).click();
  await seen(page, "Nothing of this kind.");
  await kinds.getByRole("link", { name: "Connections" }).click();
  await seen(page, "A connection, on request");
  await kinds.getByRole("link", { name: "Checks" }).click();
  await seen(page, "A check, on request");
  await seen(page, "What we never read");
  await page.getByText("Show the list").click();
  await rows(page, "Everything Steward can ask Microsoft").first().waitFor();
});

test("who may only read is told so at each thing that changes something", async () => {
  const viewer = await member("viewer@northwind.example", "read_only");
  await visit(viewer, "/licences");
  for (const name of [/^Change the price/, "Download as a file", "Make an address"]) {
    const button = viewer.getByRole("button", { name }).first();
    assert.equal(await button.getAttribute("aria-disabled"), "true", String(name));
    assert.match(await button.getAttribute("title"), /Ask an administrator/);
  }
  assert.equal(await viewer.getByLabel("Your file").count(), 0);
  await visit(viewer, "/settings/checks");
  await seen(viewer, /^Your role does not include this/);
  assert.equal(await viewer.getByRole("button", { name: "Save the settings" }).count(), 0);
  assert.ok(await viewer.getByRole("spinbutton").first().isDisabled());
  await viewer.context().close();
});

test("a role without people, findings or fixes sees none, and asks for none", async () => {
  const body = { name: "Auditor", permissions: ["tenant:read", "events:read"] };
  const { role } = await steward.call("POST", "/v1/roles", 201, { token, body });
  const auditor = await member("auditor@northwind.example", role);
  // Before their rights are known they are taken for everybody else's, once.
  await seen(auditor, /^Your role does not include this/);
  await auditor.waitForLoadState("networkidle");
  const refused = [];
  auditor.on("response", (answer) => {
    if (
      answer.status() === 403 &&
      /\/v1\/(people|prices|licenses|trends|savings|checks|exceptions|overview|findings|fixes|scans|microsoft)/.test(
        answer.url(),
      )
    )
      refused.push(answer.url());
  });
  const withoutRight = [
    "/",
    "/welcome",
    "/savings",
    "/savings/fnd_1pystws0f79vtyhrjxjg7dj13n",
    "/changes",
    "/changes/fix_1pystws0f79vtyhrjxjg7dj13n",
    "/people",
    "/people/00000000-0000-4000-8000-000000000000",
    "/licences",
    "/trends",
    "/settings/checks",
    "/settings/exceptions",
    "/settings/connection",
  ];
  for (const path of withoutRight) {
    await visit(auditor, path);
    await seen(auditor, /^Your role does not include this/);
  }
  await visit(auditor, "/settings/company");
  await seen(auditor, "With Steward since");
  assert.deepEqual(refused, []);
  await auditor.context().close();
});

test("before Microsoft 365 is connected each page says what it waits for, and leads there", async () => {
  const email = "new@contoso.example";
  await steward.call("POST", "/v1/sign-up", 202, { body: { email, company: "Contoso" } });
  const link = await mailedLink(steward, email, "/verify");
  const body = { token: link.split("token=")[1], name: "Nora New", password: PASSWORD };
  await steward.call("POST", "/v1/verify-email", 201, { body });
  const fresh = await steward.stranger();
  await until(async () => {
    const answer = await fetch(`${steward.url}/v1/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    return answer.ok;
  });
  await signIn(fresh, { email, password: PASSWORD });
  for (const path of ["/people", "/licences", "/trends"]) {
    await visit(fresh, path);
    await fresh.getByRole("main").getByRole("link", { name: "Connect Microsoft 365" }).waitFor();
  }
  await visit(fresh, "/settings/access");
  await seen(fresh, "Nothing of this kind.");
  await fresh.context().close();
});

test("a page without an answer says so and tries again", async () => {
  const lost = await steward.owner();
  const parts = /\/v1\/(people|prices|trends|checks\/settings|exceptions|transparency|tenant)(\?|$)/;
  await lost.route(parts, (route) => route.abort());
  for (const path of [
    "/people",
    "/licences",
    "/trends",
    "/settings/checks",
    "/settings/exceptions",
    "/settings/access",
    "/settings/company",
  ]) {
    await lost.goto(path);
    await lost.getByRole("alert").getByText("Steward did not answer").first().waitFor();
  }
  await lost.unroute(parts);
  await lost.getByRole("alert").getByRole("button", { name: "Try again" }).first().click();
  await seen(lost, "With Steward since");
  await lost.context().close();
});

test("pages are no wider than the screen where their layout changes", async () => {
  const { items } = await steward.call("GET", "/v1/people?limit=100", 200, { token });
  const longest = items.reduce((one, other) => (other.name.length > one.name.length ? other : one));
  const paths = [
    "/people",
    `/people/${longest.person}`,
    "/licences",
    "/trends",
    "/settings/checks",
    "/settings/access",
    "/settings/company",
  ];
  const wide = [];
  for (const path of paths) {
    await visit(page, path);
    for (const width of [640, 960, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
        wide.push(`${path} at ${width}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 720 });
  assert.deepEqual(wide, []);
});

test("settings are one entry of seven, and each of them is at its own address", async () => {
  await visit(page, "/settings/checks");
  const nav = page.getByRole("navigation", { name: "Pages" });
  assert.equal(await nav.getByRole("link").count(), 7);
  for (const name of ["Team", "Exceptions", "What we read and wrote", "Activity", "Company"]) {
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name, exact: true }).click();
    await page.locator(`[aria-label="Settings"] [aria-current="page"]`, { hasText: name }).waitFor();
  }
});

test("the API reference is a page of its own that asks nobody else for anything", async () => {
  const reader = await steward.stranger();
  const elsewhere = [];
  reader.on("request", (request) => {
    if (!request.url().startsWith(steward.url) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
  });
  const answer = await reader.goto("/docs");
  assert.match(answer.headers()["content-security-policy"], /script-src 'self';.*connect-src 'self';/);
  await reader.getByRole("heading", { name: "Steward" }).first().waitFor();
  await reader
    .getByRole("complementary")
    .or(reader.getByRole("navigation"))
    .getByText("findings", { exact: true })
    .first()
    .click();
  await reader.getByText("List people").first().click();
  await reader.getByRole("heading", { name: "List people" }).waitFor();
  assert.deepEqual(elsewhere, []);
  await page.getByText("Demo Owner").first().click();
  await page.getByRole("link", { name: "API reference" }).click();
  await page.waitForURL(/\/docs/);
  await reader.context().close();
});

/** The version of something that is read. */
async function etag(path) {
  const answer = await fetch(steward.url + path, { headers: { authorization: `Bearer ${token}` } });
  return answer.headers.get("etag");
}

async function put(path, version, body) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "if-match": version };
  const answer = await fetch(steward.url + path, { method: "PUT", headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.text());
}

test("whom to invite is found in the company's Microsoft 365 by typing a name", async () => {
  const { items } = await steward.call("GET", "/v1/microsoft/colleagues", 200, { token });
  const [somebody] = items;
  await visit(page, "/team");
  await page.getByLabel("E-mail address").pressSequentially(somebody.name.slice(0, 4));
  const found = page.locator(`datalist option[value="${somebody.address}"]`);
  await until(async () => (await found.count()) === 1);
  assert.equal(await found.textContent(), somebody.name);
});

// Last: from here on the sample company's owner is in more than one company.
test("who has an account makes a further company, by the mail of a sign-up or from the menu, and gets to each", async () => {
  const { email } = steward;
  await steward.call("POST", "/v1/sign-up", 202, { body: { email, company: "South <b>Wind</b>" } });
  await mailTo(steward, email, "There is one already");
  const link = await mailedLink(steward, email, "/verify");
  const on = await steward.stranger();
  await visit(on, link);
  await heading(on, "Make South <b>Wind</b>").waitFor();
  assert.equal(await on.getByLabel("Password", { exact: true }).count(), 0);
  await on.getByRole("combobox", { name: "Currency of prices" }).selectOption({ label: "Euros" });
  await on.getByRole("button", { name: "Make the company" }).click();
  await seen(on, /^The company is ready\./);
  await on.goto("/");
  await heading(on, "Sign in").waitFor();
  await visit(on, link);
  await heading(on, "This link was used already or is too old").waitFor();
  await on.goto("/sign-in");
  await signIn(on, steward);

  // The oldest company is the first; the menu leads to the others and to a new one.
  const menu = () => on.locator("summary", { hasText: "Demo Owner" }).click();
  await menu();
  await on.getByRole("button", { name: "Go to South <b>Wind</b>" }).click();
  await on.getByRole("link", { name: "Connect Microsoft 365" }).first().waitFor();
  await visit(on, "/settings/company");
  await seen(on, "EUR");
  await menu();
  await on.getByRole("link", { name: "Add a company" }).click();
  await heading(on, "Add a company").waitFor();
  await on.getByRole("button", { name: "Make the company" }).click();
  await on.locator('[name="company"][aria-invalid="true"]').waitFor();
  await on.getByRole("textbox", { name: "Company" }).fill("West Wind");
  await on.getByRole("button", { name: "Make the company" }).click();
  await on.waitForURL(/\/connect$/);
  await on.getByRole("button", { name: "Connect at Microsoft" }).waitFor();
  await menu();
  await on.getByRole("button", { name: "Go to South <b>Wind</b>" }).waitFor();
  const { items } = await steward.call("GET", "/v1/me/tenants", 200, { token: await tokenOf(steward) });
  assert.deepEqual(
    items.map(({ name, current }) => [name, current]),
    [
      ["Northwind (sample data)", true],
      ["South <b>Wind</b>", false],
      ["West Wind", false],
    ],
  );
  await on.context().close();
});
