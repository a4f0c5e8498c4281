// Changing things from the page: looking first, agreeing, applying, undoing; and what must not happen twice.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { account, agree, applied, bring, check, company, signUp } from "./company.js";
import { button, faults, heading, mailedLink, mailTo, open, PASSWORD, seen, signIn, visit } from "./dashboard.js";

let steward;

before(async () => {
  steward = await open();
});
after(async () => {
  await steward?.close();
});
afterEach(async () => {
  await bring(steward, { switch: "calm" });
  steward.noTroubles();
});

/** The sample company, which Steward may change. */
async function sample() {
  const made = await account(steward, steward);
  const { directory, tiers } = await made.call("GET", "/v1/microsoft", 200);
  made.directory = directory;
  if (!tiers.some(({ granted }) => granted)) await agree(steward, made, { tier: "licence_writer" });
  return made;
}

/** The sample company, and a finding of it that no test before acted on, whose fix changes two people or more. */
async function changeable() {
  const made = await sample();
  return { made, ...(await fixOf(made, 2)) };
}

const FIXED = ["remove_licences", "remove_direct", "swap_licences"];
const acted = new Set();

/** The first finding that nobody acted on whose fix changes at least so many people, with its preview. */
async function fixOf(made, people) {
  const { items } = await made.call("GET", "/v1/findings?limit=100", 200);
  const open = items.filter((one) => one.people >= people && FIXED.includes(one.remedy) && !acted.has(one.finding));
  for (const { finding } of open) {
    const preview = await made.call("POST", "/v1/fixes/preview", 200, { finding });
    if (preview.people < people) continue;
    acted.add(finding);
    return { finding, preview };
  }
  throw new Error(`no fix changes ${people} people`);
}

/** Opens the preview of a finding and waits for Microsoft. */
async function look(page, finding) {
  await visit(page, `/savings/${finding}`);
  await button(page, "Preview the fix").click();
  const sheet = page.getByRole("dialog");
  await sheet.getByText("How it is undone").waitFor();
  return sheet;
}

/** Ticks and types whatever a preview asks for. */
async function confirm(sheet, { type_to_confirm } = {}) {
  for (const box of await sheet.getByLabel("I have looked at this").all()) await box.check();
  if (type_to_confirm) await sheet.getByLabel(/^Type \d+/).fill(type_to_confirm);
}

/** The fixes made for a finding. */
const fixes = async (made, finding) =>
  (await made.call("GET", "/v1/fixes", 200)).items.filter((fix) => fix.finding === finding);

test("from signing up to the undo: mail, Microsoft, number, preview, agreement, change, receipt, undo", async () => {
  const { directory } = await bring(steward, { switch: "directory", name: "Wholeway", seed: 901, people: 120 });
  const made = await signUp(steward, "Wholeway");
  const page = await steward.as(made);
  const administrator = () =>
    page.locator(`button[value^="${directory}/"]`).filter({ hasText: "Global Administrator" }).first();

  await page.getByRole("link", { name: "Connect Microsoft 365" }).first().click();
  await button(page, "Connect at Microsoft").click();
  await administrator().click();
  await page.getByRole("heading", { name: "Permissions requested" }).waitFor();
  await button(page, "Accept").click();
  await heading(page, "Your first check").waitFor();
  await page.getByRole("link", { name: "See what to do" }).click();
  await heading(page, /^You could save \$[\d,.]+ a month\.$/).waitFor();

  const { finding, preview } = await fixOf(made, 2);
  const sheet = await look(page, finding);
  await sheet.getByRole("heading", { name: preview.headline }).waitFor();
  await seen(sheet, preview.undo.text);
  const act = button(sheet, preview.headline);
  assert.equal(await act.getAttribute("aria-disabled"), "true");
  await seen(sheet, "Steward may not change anything yet. Allow changes first.");
  await button(sheet, "Allow changes at Microsoft").click();
  await administrator().click();
  // Who signed in is not asked again who they are.
  await page.getByRole("heading", { name: "Permissions requested" }).waitFor();
  await button(page, "Accept").click();
  await page.waitForURL(new RegExp(`/savings/${finding}\\?preview=advised$`));
  await sheet.getByText("How it is undone").waitFor();
  assert.equal(await sheet.getByText("Steward may not change anything yet").count(), 0);
  await confirm(sheet, preview);
  await act.click();

  await heading(page, preview.headline).waitFor();
  await seen(page, `${preview.people} done`);
  await seen(page, /^Can be undone/);
  // The receipt is opened on another machine, on which nobody is signed in.
  const receipt = await mailTo(steward, made.email, preview.headline);
  const [, undo] = /See the changes, or undo them:\s+(https?:\S+)/.exec(receipt.text);
  const phone = await steward.stranger({ viewport: { width: 360, height: 740 } });
  await phone.goto(undo);
  await heading(phone, "Sign in").waitFor();
  await signIn(phone, made);
  await heading(phone, preview.headline).waitFor();
  assert.equal(new URL(phone.url()).pathname, new URL(undo).pathname);
  await button(phone, "Undo").click();
  await button(phone.getByRole("dialog"), "Put it back").click();
  await seen(phone, `${preview.people} put back`);
  await phone.getByText("Undone", { exact: true }).waitFor();
  await phone.context().close();
  await visit(page, "/changes");
  await page.getByRole("listitem").filter({ hasText: preview.headline }).getByText("Undone").waitFor();
  // The engine calls an item put back once Microsoft shows it so.
  const [fix] = await fixes(made, finding);
  const items = (await made.call("GET", `/v1/fixes/${fix.fix}/items`, 200)).items;
  assert.equal(items.length, fix.items);
  assert.deepEqual(items.map(({ outcome, undo }) => [outcome.state, undo.state]), items.map(() => ["done", "done"]));
  // All of it goes away as a file, a row a change.
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Download as a file").click()]);
  const rows = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
  assert.match(rows[0], /"outcome".*"undo_outcome"/);
  assert.equal(rows.filter((row) => row.includes(`"${fix.fix}"`)).length, items.length);
  // Among all that happened it is found by its kind.
  await visit(page, "/activity");
  for (const [kind, told] of [["Changes made at Microsoft", /^A change ended/], ["Changes undone", /^A change was undone/]]) {
    await page.getByRole("combobox", { name: "What" }).selectOption({ label: kind });
    await button(page, "Show").click();
    await seen(page, told);
    await page.getByText("A check", { exact: false }).first().waitFor({ state: "detached" });
  }
  await page.context().close();
});

test("the keyboard alone leads from connecting through a fix to its undo", async () => {
  const { directory } = await bring(steward, { switch: "directory", name: "Keys", seed: 902, people: 120 });
  const made = await signUp(steward, "Keysonly");
  const page = await steward.as(made);
  /** Goes on with Tab until something of that name has the focus. */
  const reach = async (name) => {
    for (let at = 0; at < 150; at++) {
      await page.keyboard.press("Tab");
      const text = await page.evaluate(() => {
        const on = document.activeElement;
        return on?.getAttribute("aria-label") ?? on?.labels?.[0]?.textContent ?? on?.textContent ?? "";
      });
      if (name.test(text)) return;
    }
    assert.fail(`Tab does not reach ${name}`);
  };
  const press = async (name, key = "Enter") => {
    await reach(name);
    await page.keyboard.press(key);
  };
  const administrator = async () => {
    await page.getByRole("heading", { name: "Pick an account" }).waitFor();
    for (let at = 0; at < 100; at++) {
      await page.keyboard.press("Tab");
      const on = await page.evaluate(() => [document.activeElement?.value, document.activeElement?.textContent]);
      if (on[0]?.startsWith(directory) && on[1].includes("Global Administrator")) return page.keyboard.press("Enter");
    }
    assert.fail("Tab does not reach the administrator");
  };

  await visit(page, "/connect");
  await press(/^Connect at Microsoft/);
  await administrator();
  await page.getByRole("heading", { name: "Permissions requested" }).waitFor();
  await press(/^Accept$/);
  await heading(page, "Your first check").waitFor();
  await page.getByRole("link", { name: "See what to do" }).waitFor();
  const { finding, preview } = await fixOf(made, 1);
  await visit(page, `/savings/${finding}`);
  await press(/^Preview the fix$/);
  const sheet = page.getByRole("dialog");
  await sheet.getByText("How it is undone").waitFor();
  await press(/^Allow changes at Microsoft$/);
  await administrator();
  await page.getByRole("heading", { name: "Permissions requested" }).waitFor();
  await press(/^Accept$/);
  await sheet.getByText("How it is undone").waitFor();
  for (const _ of preview.to_accept) await press(/^I have looked at this$/, "Space");
  if (preview.type_to_confirm) {
    await reach(/^Type/);
    await page.keyboard.type(preview.type_to_confirm);
  }
  await press(new RegExp(`^${preview.headline}$`));
  await heading(page, preview.headline).waitFor();
  await seen(page, `${preview.people} done`);
  await press(/^Undo$/);
  await page.getByRole("dialog").waitFor();
  await press(/^Put it back$/);
  await seen(page, `${preview.people} put back`);
  await page.context().close();
});

test("what changed since the preview is not touched: the new preview is shown, and that it is new", async () => {
  const { made, finding, preview } = await changeable();
  const page = await steward.as(made);
  const sheet = await look(page, finding);
  await confirm(sheet, preview);
  const person = preview.items.find((item) => !item.blocked).person;
  const { people: before } = await made.call("GET", `/v1/findings/${finding}`, 200);
  await applied(steward, made, await made.call("POST", "/v1/fixes/preview", 200, { finding, people: [person] }));
  // Until the check behind it has ended: else the new preview could be one of two.
  for (let tries = 0; ; tries++) {
    if ((await made.call("GET", `/v1/findings/${finding}`, 200)).people < before) break;
    assert.ok(tries < 600, "the finding does not follow");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  await button(sheet, preview.headline).click();
  await seen(sheet, "Your Microsoft 365 has changed since you looked");
  await seen(sheet, "Nothing was done. This is what it would do now.");
  const now = await made.call("POST", "/v1/fixes/preview", 200, { finding });
  assert.equal(now.people, preview.people - 1);
  assert.equal((await fixes(made, finding)).length, 1, "only the other one was made");
  // What was ticked and typed was of another preview.
  await confirm(sheet, now);
  await button(sheet, now.headline).click();
  await heading(page, now.headline).waitFor();
  await seen(page, `${now.people} done`);
  await page.context().close();
});

test("a double click, the back button and a reload never act twice", async () => {
  const { made, finding, preview } = await changeable();
  const page = await steward.as(made);
  let sent = 0;
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/v1/fixes")) sent++;
  });
  const sheet = await look(page, finding);
  await confirm(sheet, preview);
  await button(sheet, preview.headline).dblclick();
  await heading(page, preview.headline).waitFor();
  await page.goBack();
  await heading(page, /./).waitFor();
  assert.equal(await page.getByRole("dialog").count(), 0, "going back does not open the preview again");
  await page.goForward();
  await heading(page, preview.headline).waitFor();
  await seen(page, `${preview.people} done`);
  await page.reload();
  await seen(page, `${preview.people} done`);
  assert.equal(sent, 1);
  assert.equal((await fixes(made, finding)).length, 1);

  await button(page, "Undo").click();
  await button(page.getByRole("dialog"), "Put it back").dblclick();
  await seen(page, `${preview.people} put back`);
  await page.context().close();
});

test("an answer that is lost is asked for again, over a reload as well, and the change is made once", async () => {
  const { made, finding, preview } = await changeable();
  const page = await steward.as(made);
  const sheet = await look(page, finding);
  await confirm(sheet, preview);
  await page.route("**/v1/fixes", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await button(sheet, preview.headline).click();
  await seen(sheet, "An answer is missing");
  await page.unroute("**/v1/fixes");
  await page.reload();
  // In the preview, or on the page of a finding that is gone because it was done.
  await seen(page, "An answer is missing");
  await button(page, "Ask again").click();
  await heading(page, preview.headline).waitFor();
  await seen(page, `${preview.people} done`);
  assert.equal((await fixes(made, finding)).length, 1);
  await page.context().close();
});

test("what Microsoft refuses is told person by person, and tried again", async () => {
  const { made, finding, preview } = await changeable();
  const { person, name } = preview.items.find((item) => !item.blocked);
  await bring(steward, { switch: "refuse", path: `/v1.0/users/${person}/assignlicense`, status: 400 });
  const page = await steward.as(made);
  const sheet = await look(page, finding);
  await confirm(sheet, preview);
  await button(sheet, preview.headline).click();
  await seen(page, "Partly done");
  const row = page.getByRole("row").filter({ hasText: name }).first();
  await row.getByText("Refused", { exact: true }).waitFor();
  await row.getByText("Microsoft refused the change.").waitFor();
  await bring(steward, { switch: "calm" });
  await button(page, "Retry failed").click();
  await seen(page, `${preview.people} done`);
  assert.equal(await page.getByText("Partly done").count(), 0);
  await page.context().close();
});

test("some of the people, on a day, and called off again", async () => {
  const { made, finding, preview } = await changeable();
  const page = await steward.as(made);
  const asked = { looks: 0, acts: 0 };
  page.on("request", (request) => {
    if (request.url().endsWith("/v1/fixes/preview")) asked.looks++;
    if (request.method() === "POST" && request.url().endsWith("/v1/fixes")) asked.acts++;
  });
  const sheet = await look(page, finding);
  const first = sheet.getByRole("checkbox", { name: /^Change / }).first();
  const others = preview.people === 2 ? "1 person" : `${preview.people - 1} people`;
  await first.uncheck();
  await button(sheet, `Look again, with ${others}`).click();
  await button(sheet, "All people again").click();
  await button(sheet, "All people again").waitFor({ state: "detached" });
  await sheet.getByText("How it is undone").waitFor();
  // Enter in what is ticked or chosen is no press of the button.
  await confirm(sheet, preview);
  for (const one of [first, sheet.getByLabel("At once")]) await one.press("Enter");
  // Who is unticked stays out, without a look in between.
  await first.uncheck();
  await sheet.getByLabel("On a day").click();
  await sheet.getByText(/^It begins on /).waitFor();
  await button(sheet, "All people again").waitFor();

  // A day is typed digit by digit, and is chosen once it stands.
  const day = sheet.getByLabel("Day", { exact: true });
  const on = new Date(Date.now() + 40 * 86_400_000);
  const [month, date] = [on.getMonth() + 1, on.getDate()].map((part) => String(part).padStart(2, "0"));
  const isThere = () => page.waitForFunction(() => document.activeElement?.matches("input[type=date]"));
  await isThere();
  const { looks } = asked;
  await page.keyboard.type(`${month}${date}${on.getFullYear()}`);
  assert.equal(await day.inputValue(), `${on.getFullYear()}-${month}-${date}`);
  assert.equal(asked.looks, looks);
  await day.blur();
  await sheet.getByText(/^It begins on /).waitFor();
  await isThere();
  assert.equal(await day.inputValue(), `${on.getFullYear()}-${month}-${date}`);
  assert.equal(asked.looks, looks + 1);
  assert.equal(asked.acts, 0);
  // The choice is there after a reload.
  await page.reload();
  await sheet.getByText(/^It begins on /).waitFor();
  assert.equal(await day.inputValue(), `${on.getFullYear()}-${month}-${date}`);
  await confirm(sheet, {
    type_to_confirm: (await sheet.getByLabel(/^Type \d+/).count()) ? String(preview.people - 1) : undefined,
  });
  await sheet.getByRole("button", { name: / on / }).click();
  await seen(page, "Planned");
  await visit(page, "/changes");
  await seen(page, /Begins /);
  await button(page, "Call it off").click();
  await button(page.getByRole("dialog"), "Call it off").click();
  await seen(page, "Called off");
  const [fix] = await fixes(made, finding);
  assert.equal(fix.state, "cancelled");
  assert.equal(fix.items, preview.people - 1);
  await page.context().close();
});

test("who may only look sees every act, and why it is not theirs", async () => {
  const { made, finding, preview } = await changeable();
  const fix = await applied(steward, made, preview);
  const owner = await steward.as(made);
  await owner.goto("/team");
  await owner.getByLabel("E-mail address").fill("ben@lookonly.example");
  await owner.getByRole("combobox", { name: "Role", exact: true }).selectOption({ label: "Viewer" });
  await button(owner, "Send the invitation").click();
  const page = await steward.stranger();
  await page.goto(await mailedLink(steward, "ben@lookonly.example", "/invitation"));
  await page.getByRole("textbox", { name: "Your name" }).fill("Ben Dahl");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button(page, "Accept the invitation").click();
  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, { email: "ben@lookonly.example", password: PASSWORD });

  const { items } = await made.call("GET", "/v1/findings?limit=100", 200);
  const other = items.find((one) => one.people > 0 && FIXED.includes(one.remedy) && one.finding !== finding);
  await visit(page, `/savings/${other.finding}?preview=advised`);
  for (const name of ["Preview the fix", "Put it off", "Accept it as it is", "Ask the manager"]) {
    const act = button(page, name);
    await act.and(page.locator("[aria-disabled=true]")).waitFor();
    assert.match(await act.getAttribute("title"), /Ask an administrator/);
  }
  assert.equal(await page.getByRole("dialog").count(), 0, "an address does not open what the button does not");
  await visit(page, `/changes/${fix}`);
  await button(page, "Undo").and(page.locator("[aria-disabled=true]")).waitFor();
  await owner.context().close();
  await page.context().close();
});

test("a finding is put off, accepted with a reason, asked about, and each is taken back", async () => {
  const made = await sample();
  const { items } = await made.call("GET", "/v1/findings?limit=100", 200);
  const { finding } = items.find((one) => one.people > 0 && one.state === "open");
  const page = await steward.as(made);
  await visit(page, `/savings/${finding}`);
  await button(page, "Put it off").click();
  await button(page.getByRole("dialog"), "Put it off").click();
  await seen(page, /^Put off until /);
  await button(page, "Take it up again").click();
  await button(page, "Take it up again").waitFor({ state: "detached" });

  await button(page, "Accept it as it is").click();
  await button(page.getByRole("dialog"), "Accept it as it is").click();
  await page.getByRole("dialog").getByRole("alert").waitFor();
  await page.getByLabel("Why").fill("They come back <b>in June</b>.");
  await button(page.getByRole("dialog"), "Accept it as it is").click();
  await seen(page, /They come back <b>in June<\/b>\.” Demo Owner answers for it, until /);
  const kept = (await made.call("GET", "/v1/exceptions", 200)).items.find((one) => one.finding === finding);
  // It lasts as long as the day that was named.
  assert.equal(new Date(kept.expires_at).getHours(), 23);
  await button(page, "Count it again").click();
  await button(page, "Count it again").waitFor({ state: "detached" });

  await button(page, "Ask the manager").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Who is asked").selectOption({ label: "Demo Owner" });
  await button(dialog, "Ask the manager").click();
  await seen(dialog, /: asked \(Demo Owner\)/);
  await button(dialog, "Close").click();
  await seen(page, "What managers said");
  await seen(page, "No answer yet");
  const person = await steward.stranger();
  await person.goto(await mailedLink(steward, made.email, "/attestation"));
  await person.getByRole("button", { name: /not needed/i }).click();
  await page.reload();
  await seen(page, "Not needed");
  await person.context().close();
  await page.context().close();
});

test("several findings are put off at once, and their fixes are looked at one after the other", async () => {
  const made = await sample();
  const page = await steward.as(made);
  await visit(page, "/savings");
  const boxes = page.getByRole("checkbox", { name: /^Choose: / });
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await seen(page, "2 findings chosen");
  await button(page, "Put off").click();
  await button(page.getByRole("dialog"), "Put it off").click();
  await seen(page, "2 findings are put off.");
  let items = [];
  // Findings follow what was decided within seconds.
  for (let tries = 0; tries < 100 && items.filter((one) => one.snoozed_until).length < 2; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    ({ items } = await made.call("GET", "/v1/findings?limit=100", 200));
  }
  assert.equal(items.filter((one) => one.snoozed_until).length, 2);

  const ours = items.filter((one) => FIXED.includes(one.remedy)).slice(0, 2);
  for (const { headline } of ours) {
    await page.getByRole("checkbox", { name: `Choose: ${headline}`, exact: true }).first().check();
  }
  await button(page, "Preview 2 fixes").click();
  await page.waitForURL(/\?preview=advised$/);
  await page.getByRole("dialog").waitFor();
  // Where a finding is settled meanwhile it goes on all the same, and whoever has enough leaves the rest.
  await visit(page, "/savings/fnd_00000000000000000000000000");
  const next = button(page, "Next preview, 1 to go");
  await next.waitFor();
  await button(page, "Leave the rest").click();
  await next.waitFor({ state: "detached" });
  await page.reload();
  await heading(page, "This is settled").waitFor();
  assert.equal(await next.count(), 0);
  await page.context().close();
});

test("what Steward cannot do is told in steps, with a check after them", async () => {
  const made = await sample();
  const { items } = await made.call("GET", "/v1/findings?limit=100", 200);
  const details = await Promise.all(items.map(({ finding }) => made.call("GET", `/v1/findings/${finding}`, 200)));
  const guided = details.find(({ steps }) => steps.length > 0);
  const page = await steward.as(made);
  await visit(page, `/savings/${guided.finding}`);
  await seen(page, guided.steps[0]);
  assert.equal(await button(page, "Preview the fix").count(), 0);
  await button(page, "Check now").click();
  await seen(page, /Checking now|The check has begun/);
  await page.context().close();
});

test("everybody can use the preview and the page of a change", async () => {
  const { made, finding, preview } = await changeable();
  const page = await steward.as(made);
  const sheet = await look(page, finding);
  assert.deepEqual(await faults(page), [], "the preview");
  await page.setViewportSize({ width: 360, height: 720 });
  const { width, x } = await sheet.boundingBox();
  assert.deepEqual([width, x], [360, 0], "the sheet is the whole of a phone");
  await confirm(sheet, preview);
  await button(sheet, preview.headline).click();
  await seen(page, `${preview.people} done`);
  assert.deepEqual(await faults(page), [], "the change");
  await visit(page, "/changes");
  assert.deepEqual(await faults(page), [], "changes");
  await page.context().close();
});

test("what is found about one person is acted on from their own page, for them alone", async () => {
  const made = await sample();
  const unused = (await made.call("GET", "/v1/people?status=not_used&limit=100", 200)).items;
  let found;
  for (const { person, name, status_finding: finding } of unused) {
    if (!finding) continue;
    const preview = await made.call("POST", "/v1/fixes/preview", 200, { finding, people: [person], action: "block_sign_in" });
    if (preview.people === 1) found = { person, name, finding, preview };
    if (found) break;
  }
  const { person, name, finding, preview } = found;
  const page = await steward.as(made);
  const sheet = page.getByRole("dialog");

  await visit(page, `/people/${person}`);
  await page.getByRole("button", { name: `Preview the fix for ${name}: `, exact: false }).first().click();
  await page.waitForURL(new RegExp(`person=${person}`));
  await seen(sheet, /1 person is changed|Nothing is left to change/);
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });

  await visit(page, `/people/${person}`);
  await button(page, "Block sign-in").click();
  await sheet.getByRole("heading", { name: "Block sign-in of 1 person" }).waitFor();
  await seen(sheet, /They cannot sign in anywhere until you undo this/);
  await confirm(sheet, preview);
  await button(sheet, "Block sign-in of 1 person").click();
  await heading(page, "Block sign-in of 1 person").waitFor();
  await seen(page, "1 done");
  const [fix] = await fixes(made, finding);
  assert.deepEqual([fix.action, fix.items], ["block_sign_in", 1]);

  await visit(page, `/people/${person}`);
  await page.getByRole("button", { name: `Accept it as it is for ${name}: `, exact: false }).first().click();
  await sheet.getByLabel("Why").fill("On leave until spring");
  await button(sheet, "Accept it as it is").click();
  await seen(page, "Accepted. The numbers follow within seconds.");
  const { items } = await made.call("GET", "/v1/exceptions", 200);
  assert.deepEqual(items.filter((one) => one.person === person).map((one) => one.reason), ["On leave until spring"]);
  await page.context().close();
});

test("a link to a finding that is gone says what it said and since when, and a wrong one only that there is none", async () => {
  const made = await company(steward, "Settled");
  const { items } = await made.call("GET", "/v1/findings?limit=100", 200);
  const { finding, headline, subject } = items.find((one) => one.people === 0 && one.subject.sku);
  const body = { email: made.email, password: made.password };
  const { access_token: token } = await steward.call("POST", "/v1/sign-in", 200, { body });
  const answer = await fetch(`${steward.url}/v1/checks/settings`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "if-match": '"0"' },
    body: JSON.stringify({ ignored_skus: [subject.sku] }),
  });
  assert.equal(answer.status, 200, await answer.text());
  await check(made, "finished");
  const page = await steward.as(made);
  await visit(page, `/savings/${finding}`);
  await heading(page, "This is settled").waitFor();
  const year = new Date().getFullYear();
  const told = await page.getByText(/^Gone since /).innerText();
  assert.match(told, new RegExp(`^Gone since .*(${year}|${year + 1}): `));
  assert.ok(told.includes(`“${headline}”. No check since then has found it.`), told);
  assert.deepEqual(await faults(page), []);
  await visit(page, "/savings/fnd_00000000000000000000000000");
  await seen(page, /^No check finds it\./);
  assert.equal(await page.getByText(/^Gone since /).count(), 0);
  await page.context().close();
});
