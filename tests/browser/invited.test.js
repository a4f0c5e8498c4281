// Joining a company with a work account: from the invitation's page to Microsoft and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticator } from "./authenticator.js";
import { company } from "./company.js";
import { button, heading, inside, mailedLink, opened, PASSWORD, seen, signIn, visit } from "./dashboard.js";

let fabrikam;
const steward = opened({}, async () => {
  fabrikam = await company(steward, "Fabrikam");
});

/** The accounts of the company's directory that Microsoft offers. */
const accounts = (page) => page.locator(`button[name="account"][value^="${fabrikam.directory}/"]`);
const administrator = (page) => accounts(page).filter({ hasText: "Global Administrator" }).first();
const worker = (page, at) => accounts(page).filter({ hasNotText: /Global Administrator|#EXT#/ }).nth(at);
const guest = (page) => accounts(page).filter({ hasText: "#EXT#" }).first();

/** Invites somebody, and gives the link of the mail. */
async function invited(by, email, role) {
  await by.call("POST", "/v1/invitations", 202, { email, role });
  return mailedLink(steward, email, "/invitation");
}

/** Comes back to the page of an invitation a minute later: what it shows is asked for again. */
async function comeBack(page) {
  const asked = page.waitForResponse("**/v1/invitations/preview");
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 60_000;
    window.dispatchEvent(new Event("visibilitychange"));
  });
  const answer = await asked;
  await page.waitForTimeout(500);
  return answer.status();
}

test("what was typed into an invitation stays while it cannot be read again, and so does that one is in", async () => {
  const link = await invited(fabrikam, "ida@fabrikam.example", "member");
  const page = await steward.stranger();
  // Whether somebody is signed in here is not known at first.
  await page.route("**/v1/refresh", (route) => route.fulfill({ status: 400, body: "" }));
  await visit(page, link);
  await page.getByRole("alert").getByRole("button", { name: "Try again" }).waitFor();
  await page.unroute("**/v1/refresh");
  await button(page, "Try again").click();
  await page.getByLabel("Your name").fill("Ida Invited");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);

  await page.route("**/v1/invitations/preview", (route) => route.fulfill({ status: 400, body: "" }));
  assert.equal(await comeBack(page), 400);
  assert.equal(await page.getByLabel("Your name").inputValue(), "Ida Invited");
  assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), PASSWORD);
  await page.unroute("**/v1/invitations/preview");

  await button(page, "Accept the invitation").click();
  await seen(page, "You are in. Sign in to go on.");
  assert.notEqual(await comeBack(page), 200, "the link is used");
  assert.ok(await page.getByText("You are in. Sign in to go on.").isVisible());
  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, { email: "ida@fabrikam.example", password: PASSWORD });
  await page.context().close();
});

test("an invitation is accepted with a work account, and no password is made", async () => {
  const page = await steward.stranger();
  await visit(page, "/sign-in");
  await button(page, "Sign in with Microsoft").click();
  // An address that Microsoft vouches for: it is the one to invite.
  const email = (await worker(page, 0).locator("span").innerText()).toLowerCase();
  const link = await invited(fabrikam, email, "admin");
  // As scanners of mail do.
  for (const method of ["GET", "HEAD"]) await fetch(link, { method });
  await visit(page, link);
  await heading(page, "Join Fabrikam").waitFor();
  await page.getByLabel("Password", { exact: true }).waitFor();
  await button(page, "Continue with Microsoft").click();
  await heading(page, "Pick an account").waitFor();
  await worker(page, 0).click();
  await inside(page);
  await visit(page, "/account");
  await seen(page, `Mails go to ${email}, and you sign in with it.`);
  await visit(page, "/account/security");
  await seen(page, /^You have none: you sign in with Microsoft\./);
  await visit(page, link);
  await heading(page, "This link was used already or is too old").waitFor();
  await page.context().close();
});

test("where a company signs in with Microsoft only, an invitation asks for no password, and its guests get in", async () => {
  const owner = await steward.as(fabrikam);
  await visit(owner, "/account/security");
  await button(owner, "Link a Microsoft account").click();
  await administrator(owner).click();
  await seen(owner, "Your Microsoft account is linked. You can sign in with it now.");
  await visit(owner, "/account/security");
  await button(owner, "Set up an app").click();
  const form = owner.getByRole("form", { name: "Codes of an app" });
  const app = authenticator(steward, await form.locator("code").innerText());
  await form.getByLabel("Code the app shows").fill(app.code());
  await button(form, "Turn it on").click();
  await button(owner, "I have kept them").click();
  await app.later();
  await owner.context().clearCookies();
  await visit(owner, "/sign-in");
  await button(owner, "Sign in with Microsoft").click();
  await administrator(owner).click();
  await owner.getByLabel("Code of your app").fill(app.code());
  await button(owner, "Go on").click();
  await inside(owner);

  await visit(owner, "/settings/sign-in");
  await owner.getByRole("combobox", { name: "Ways to sign in" }).selectOption({ label: "Microsoft only" });
  await button(owner, "Save the rules").click();
  await seen(owner, "Saved");
  await visit(owner, "/team");
  await owner.getByLabel("E-mail address").fill("bookkeeper@elsewhere.example");
  await button(owner, "Send the invitation").click();
  const link = await mailedLink(steward, "bookkeeper@elsewhere.example", "/invitation");

  const page = await steward.stranger();
  await visit(page, link);
  await seen(page, /^Fabrikam signs in with its own Microsoft 365\./);
  assert.equal(await page.getByLabel("Password", { exact: true }).count(), 0);
  await button(page, "Continue with Microsoft").click();
  await heading(page, "Pick an account").waitFor();
  // Its own page of Microsoft's: nobody else's accounts are there.
  const offered = await page.locator('button[name="account"]').evaluateAll((all) => all.map(({ value }) => value));
  assert.ok(offered.every((value) => value === "cancel" || value.startsWith(fabrikam.directory)), String(offered));
  await guest(page).click();
  await inside(page);
  await visit(page, "/account");
  await seen(page, "Mails go to bookkeeper@elsewhere.example, and you sign in with it.");
  await page.context().close();
  await owner.context().close();
});
