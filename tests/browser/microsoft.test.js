// Going to Microsoft and back: signing in with a work account, and connecting refused. Its pages are simulated, and used
// as a person uses them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withApp } from "./authenticator.js";
import { account, bring, colleague, company, signUp } from "./company.js";
import { button, heading, inside, mailedLink, mailTo, opened, seen, visit } from "./dashboard.js";

let fabrikam;
const steward = opened({}, async () => {
  fabrikam = await company(steward, "Fabrikam");
});


/** The accounts of a directory that Microsoft offers: its administrators, some who work there, a guest. */
const accounts = (page, directory) => page.locator(`button[name="account"][value^="${directory}/"]`);
const administrator = (page, directory) => accounts(page, directory).filter({ hasText: "Global Administrator" }).first();
const worker = (page, directory, at) =>
  accounts(page, directory).filter({ hasNotText: /Global Administrator|#EXT#/ }).nth(at);

/** Goes to Microsoft from the sign-in page. */
async function toMicrosoft(page) {
  await visit(page, "/sign-in");
  await button(page, "Sign in with Microsoft").click();
  await heading(page, "Pick an account").waitFor();
}

/** Takes the second step of signing in, with a code. */
async function secondStep(page, app) {
  await page.getByRole("heading", { name: "One more step" }).waitFor();
  await page.getByLabel("Code of your app").fill(app.code());
  await button(page, "Go on").click();
  await inside(page);
}

/** Fails unless signing in was refused with these words, and there is a way to try again. */
async function refused(page, ...words) {
  await heading(page, "Signing in with Microsoft did not work").waitFor();
  for (const one of words) await page.getByRole("alert").getByText(one).waitFor();
  await page.getByRole("link", { name: "Sign in" }).click();
  await heading(page, "Sign in").waitFor();
}

test("a work account that is linked in the settings signs in, to where one wanted to go, until it is unlinked", async () => {
  const page = await steward.as(fabrikam);
  await visit(page, "/account/security");
  await button(page, "Link a Microsoft account").click();
  await worker(page, fabrikam.directory, 0).click();
  await seen(page, "Your Microsoft account is linked. You can sign in with it now.");
  await page.waitForURL(/\/account\/security$/);
  await seen(page, fabrikam.directory);
  await mailTo(steward, fabrikam.email, "A Microsoft work account was linked to your Steward account.");

  const other = await steward.stranger();
  await other.goto("/licences");
  await button(other, "Sign in with Microsoft").click();
  await worker(other, fabrikam.directory, 0).click();
  await other.waitForURL(/\/licences$/);
  await visit(other, "/account");
  await seen(other, `Mails go to ${fabrikam.email}, and you sign in with it.`);

  await button(page, "Unlink").click();
  await seen(page, "Removed.");
  await page.getByText(fabrikam.directory).waitFor({ state: "detached" });
  await other.context().clearCookies();
  await toMicrosoft(other);
  await worker(other, fabrikam.directory, 0).click();
  await refused(other, "This work account was unlinked.");
  await page.context().close();
  await other.context().close();
});

test("whoever does not get in is told why, each in words of their own", async () => {
  const { directory: elsewhere } = await bring(steward, { switch: "directory", name: "Elsewhere", seed: 77, people: 40 });
  const page = await steward.stranger();
  await toMicrosoft(page);
  await button(page, "Cancel").click();
  await refused(page, "The sign-in at Microsoft was not finished. Begin again.");

  await toMicrosoft(page);
  await worker(page, elsewhere, 0).click();
  await refused(page, "Your company's Microsoft 365 is not connected", /^No company here is connected to it\./);

  await toMicrosoft(page);
  await worker(page, fabrikam.directory, 1).click();
  await heading(page, "Signing in with Microsoft did not work").waitFor();
  // What Microsoft sent back is good once.
  await page.reload();
  await refused(page, "This sign-in at Microsoft was not begun here");

  await toMicrosoft(page);
  await worker(page, fabrikam.directory, 1).click();
  await refused(page, "You are not a member of this company", /^The company invites its members\./);
  await page.context().close();
});

test("a member with the address of a work account is asked by mail first, and their second step stays", async () => {
  const page = await steward.stranger();
  await toMicrosoft(page);
  const email = (await worker(page, fabrikam.directory, 2).locator("span").innerText()).toLowerCase();
  const ben = await colleague(steward, fabrikam, email, "member");
  await worker(page, fabrikam.directory, 2).click();
  await refused(page, "Look at your mail", /^We sent a mail to the address of this work account\./);

  await visit(page, await mailedLink(steward, email, "/confirm-microsoft"));
  await heading(page, "Is this Microsoft account yours?").waitFor();
  await button(page, "Link my Microsoft account").click();
  await seen(page, "Your Microsoft account is linked. Sign in with it.");
  await page.getByRole("link", { name: "Sign in" }).click();
  await button(page, "Sign in with Microsoft").click();
  await worker(page, fabrikam.directory, 2).click();
  await inside(page);
  await visit(page, "/account");
  await seen(page, `Mails go to ${ben.email}, and you sign in with it.`);

  const app = await withApp(steward, page);
  await app.later();
  await page.context().clearCookies();
  await toMicrosoft(page);
  await worker(page, fabrikam.directory, 2).click();
  await seen(page, "Microsoft signed you in. Now show that it is you here as well.");
  await secondStep(page, app);
  await page.context().close();
});

test("where a company lets its people join they do, and who was removed does not come back by signing in", async () => {
  const owner = await steward.as(fabrikam);
  await visit(owner, "/settings/sign-in");
  const joins = owner.getByRole("combobox", { name: "Who becomes a member by signing in with Microsoft" });
  await joins.selectOption({ label: "Everybody of your Microsoft 365" });
  await owner.getByRole("combobox", { name: "Their role" }).selectOption({ label: "Member" });
  await button(owner, "Save the rules").click();
  await seen(owner, "Saved");

  const page = await steward.stranger();
  await toMicrosoft(page);
  const name = await worker(page, fabrikam.directory, 3).locator("b").innerText();
  await worker(page, fabrikam.directory, 3).click();
  await inside(page);
  await heading(page, /^You could save/).waitFor();
  await visit(owner, "/team");
  const row = owner.getByRole("listitem").filter({ hasText: name });
  assert.equal(await row.getByRole("combobox").inputValue(), "member");
  await row.getByRole("button", { name: /^Remove: / }).click();
  await button(owner.getByRole("dialog", { name: /^Remove / }), "Remove").click();
  await row.waitFor({ state: "detached" });

  await page.goto("/savings");
  await heading(page, "Sign in").waitFor();
  await toMicrosoft(page);
  await worker(page, fabrikam.directory, 3).click();
  await refused(page, "You are not a member of this company");
  await visit(owner, "/team");
  assert.equal(await row.count(), 0);
  await owner.context().close();
  await page.context().close();
});

test("connecting that is refused says which refusal it was, connects nothing, and can be begun again", async () => {
  const made = await signUp(steward, "Undecided");
  const { directory: own } = await bring(steward, { switch: "directory", name: "Undecided", seed: 78, people: 40 });
  const page = await steward.as(made);
  const begin = async () => {
    await visit(page, "/connect");
    await button(page, "Connect at Microsoft").click();
    await heading(page, "Pick an account").waitFor();
  };
  const told = [];
  const nothingConnected = async (...words) => {
    await heading(page, "Nothing was connected").waitFor();
    for (const one of words) await page.getByRole("alert").getByText(one).waitFor();
    told.push((await page.getByRole("alert").innerText()).split("Request number")[0]);
    await page.getByRole("link", { name: "Begin again" }).click();
    await heading(page, "Connect Microsoft 365").waitFor();
    assert.equal((await made.call("GET", "/v1/microsoft", 200)).state, "disconnected");
  };

  await begin();
  await worker(page, own, 0).click();
  await nothingConnected("An administrator has to connect", /Ask yours to sign in here\./);

  await begin();
  await administrator(page, fabrikam.directory).click();
  await nothingConnected("This Microsoft 365 is connected to another account", /Its owner has to disconnect it first\./);

  await begin();
  await administrator(page, own).click();
  await heading(page, "Permissions requested").waitFor();
  await button(page, "Cancel").click();
  await nothingConnected("Microsoft did not confirm the connection", /^The administrator did not agree\./);

  await page.goto(`/connect/callback?admin_consent=True&tenant=${own}&state=made-up`);
  await nothingConnected("This sign-in at Microsoft was not begun here", /^Begin again from the connect page\./);
  assert.equal(new Set(told).size, 4);

  await begin();
  await administrator(page, own).click();
  await button(page, "Accept").click();
  await heading(page, "Your first check").waitFor();
  await page.context().close();
});

test("changes that are allowed by the administrator of another Microsoft 365 are not, and the preview is still there", async () => {
  const made = await account(steward, steward);
  const { items } = await made.call("GET", "/v1/findings?limit=100", 200);
  const { finding } = items.find(({ people, remedy }) => people > 1 && remedy === "remove_licences");
  const { needs } = await made.call("POST", "/v1/fixes/preview", 200, { finding });
  assert.ok(needs, "it is not allowed yet");
  const page = await steward.as(made);
  await visit(page, `/savings/${finding}?preview=advised`);
  const sheet = page.getByRole("dialog");
  // That it fails is told over the sheet, where it can be put away.
  await page.route("**/v1/microsoft/connect", (route) => route.abort());
  await button(sheet, "Allow changes at Microsoft").click();
  const failed = page.getByText(/^Steward did not answer\./);
  await failed.waitFor();
  assert.equal(await failed.count(), 1, "once");
  await button(sheet, "Hide").click();
  await failed.waitFor({ state: "detached" });
  await page.unroute("**/v1/microsoft/connect");
  for (const [who, words] of [
    [administrator, "That is an administrator of another Microsoft 365 than the one that is connected."],
    [(page, directory) => worker(page, directory, 0), "An administrator has to connect"],
  ]) {
    await button(sheet, "Allow changes at Microsoft").click();
    await who(page, fabrikam.directory).click();
    await heading(page, "Steward still may not change anything").waitFor();
    await page.getByRole("alert").getByText(words).waitFor();
    await button(page, "Back to the preview").click();
    await sheet.getByText("Steward may not change anything yet", { exact: true }).waitFor();
  }
  const { tiers } = await made.call("GET", "/v1/microsoft", 200);
  assert.ok(tiers.every(({ granted }) => !granted));
  await page.context().close();
});

// Last: passwords work no more.
test("with Microsoft only a password lets nobody in but the one who keeps it for emergencies, with a second step", async () => {
  const ben = await colleague(steward, await account(steward, fabrikam), "ben@fabrikam.example", "member");
  const page = await steward.as(fabrikam);
  const ways = page.getByRole("combobox", { name: "Ways to sign in" });
  const onlyMicrosoft = async () => {
    await visit(page, "/settings/sign-in");
    await ways.selectOption({ label: "Microsoft only" });
    await page.getByRole("combobox", { name: "Who keeps a password for emergencies" }).selectOption({ label: "Olga Owner" });
    await button(page, "Save the rules").click();
  };
  await onlyMicrosoft();
  // Whoever demands it came in with it, and whoever is to get in without it can.
  await page.getByRole("alert").getByText(/^Link your own work account of the connected Microsoft 365/).waitFor();
  const app = await withApp(steward, page);
  await visit(page, "/account/security");
  await button(page, "Link a Microsoft account").click();
  await administrator(page, fabrikam.directory).click();
  await seen(page, "Your Microsoft account is linked. You can sign in with it now.");
  await app.later();
  await page.context().clearCookies();
  await toMicrosoft(page);
  await administrator(page, fabrikam.directory).click();
  await secondStep(page, app);
  await onlyMicrosoft();
  await seen(page, "Saved");
  await mailTo(steward, ben.email, "Your Steward password no longer gets you in.");

  const other = await steward.stranger();
  const knock = async ({ email, password }) => {
    await visit(other, "/sign-in");
    await other.getByLabel("E-mail address").fill(email);
    await other.getByLabel("Password", { exact: true }).fill(password);
    await button(other, "Sign in").click();
  };
  await knock(ben);
  await other.getByRole("alert").getByText("The address or password is not right").waitFor();
  await app.later();
  await knock(fabrikam);
  await secondStep(other, app);
  await page.context().close();
  await other.context().close();
});
