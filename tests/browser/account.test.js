// Your own account, from the pages and the mails: a forgotten password, codes of an app, another address, devices.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticator } from "./authenticator.js";
import { signUp } from "./company.js";
import { button, close, heading, inside, mailedLink, mailTo, opened, PASSWORD, seen, signIn, visit } from "./dashboard.js";

const NEW_PASSWORD = "another set of five words 9";
const steward = opened();


/** Types an address and a password into the sign-in page, and sends them. */
async function knock(page, email, password) {
  await visit(page, "/sign-in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await button(page, "Sign in").click();
}

test("a forgotten password is replaced by mail: pressing uses the link, opening does not, and every session ends", async () => {
  const olga = await signUp(steward, "Forgetful");
  const elsewhere = await steward.as(olga);
  const page = await steward.stranger();
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  // Whether somebody has an account is nobody's business: both answers are the same.
  for (const address of ["nobody@forgetful.example", olga.email]) {
    await visit(page, "/reset-password");
    await page.getByLabel("E-mail address").fill(address);
    await button(page, "Send me a link").click();
    await seen(page, "If that address has an account, a mail is on its way.");
  }

  const link = await mailedLink(steward, olga.email, "/reset-password");
  // What scans mails opens their links, with a browser or without.
  assert.equal((await fetch(link)).status, 200);
  const scanner = await steward.stranger();
  await scanner.goto(link);
  await heading(scanner, "Choose a new password").waitFor();
  await visit(elsewhere, "/account");
  await heading(elsewhere, "You").waitFor();

  await visit(page, link);
  const password = page.getByLabel("Password", { exact: true });
  await password.fill("password1234");
  await button(page, "Set the password").click();
  await page.getByRole("alert").first().waitFor();
  await password.fill(NEW_PASSWORD);
  await button(page, "Set the password").click();
  await seen(page, "Your password is changed. Sign in with it.");
  assert.doesNotMatch(page.url(), /token/);
  await mailTo(steward, olga.email, "A new password was set with the link we sent you.");

  await elsewhere.goto("/account");
  await heading(elsewhere, "Sign in").waitFor();
  await knock(page, olga.email, PASSWORD);
  await page.getByRole("alert").getByText("The address or password is not right").waitFor();
  await knock(page, olga.email, NEW_PASSWORD);
  await inside(page);

  await visit(scanner, link);
  await scanner.getByLabel("Password", { exact: true }).fill("yet another set of words 3");
  await button(scanner, "Set the password").click();
  await scanner.getByRole("alert").getByText("This link was used already or is too old").waitFor();
  await page.goto("/account");
  await heading(page, "You").waitFor();
  await close(page, elsewhere, scanner);
});

test("a link that is pasted into the page that stands already is taken, though nothing is loaded anew", async () => {
  const page = await steward.stranger();
  for (const [path, title] of [["/reset-password", "Choose a new password"], ["/confirm-email", "Confirm your new address"]]) {
    await visit(page, path);
    await page.goto(`${path}#token=pasted`);
    await heading(page, title).waitFor();
  }
  await close(page);
});

test("an app for codes: set up, asked for at each sign-in, each code once; a recovery code stands in for it, once", async () => {
  const olga = await signUp(steward, "Twosteps");
  const page = await steward.as(olga);
  await visit(page, "/account/security");
  await button(page, "Set up an app").click();
  const form = page.getByRole("form", { name: "Codes of an app" });
  await form.getByRole("img", { name: "Square code for the app" }).waitFor();
  const app = authenticator(steward, await form.locator("code").innerText());
  const turnOn = async (code) => {
    await form.getByLabel("Code the app shows").fill(code);
    await button(form, "Turn it on").click();
  };
  await turnOn(app.wrong());
  await form.getByRole("alert").waitFor();
  await turnOn(app.code());
  const kept = page.getByRole("dialog", { name: "Keep these now" });
  const shown = async () => (await kept.locator("pre").innerText()).split("\n");
  const codes = await shown();
  assert.equal(new Set(codes).size, 10);
  // They are never shown again: a key that was pressed too much does not take them away.
  const asks = kept.getByText("This is never shown again.");
  await page.keyboard.press("Escape");
  await asks.waitFor();
  assert.deepEqual(await shown(), codes);
  await button(kept, "I have kept them").click();
  await seen(page, "10 codes are left.");
  await mailTo(steward, olga.email, "now also takes a code from the app");

  const phone = await steward.stranger();
  const alert = phone.getByRole("alert").getByText("That code is not right");
  const firstStep = async () => {
    await knock(phone, olga.email, PASSWORD);
    await phone.getByRole("heading", { name: "One more step" }).waitFor();
  };
  const secondStep = async (field, code) => {
    await phone.getByLabel(field).fill(code);
    await button(phone, "Go on").click();
  };
  await app.later();
  await firstStep();
  await secondStep("Code of your app", app.wrong());
  await alert.waitFor();
  await mailTo(steward, olga.email, "Your right password was given, and then a wrong second step.");
  const used = app.code();
  await secondStep("Code of your app", used);
  await inside(phone);

  await phone.context().clearCookies();
  await firstStep();
  await secondStep("Code of your app", used);
  await alert.waitFor();
  await button(phone, "Use a recovery code").click();
  await secondStep("Recovery code", codes[0]);
  await inside(phone);
  await phone.context().clearCookies();
  await firstStep();
  await button(phone, "Use a recovery code").click();
  await secondStep("Recovery code", codes[0]);
  await alert.waitFor();
  await secondStep("Recovery code", codes[1]);
  await inside(phone);

  // New codes in place of the old ones; whoever signed in long ago confirms it first.
  await app.later();
  await visit(page, "/account/security");
  await seen(page, "8 codes are left.");
  await button(page, "Make new codes").click();
  const proof = page.getByRole("dialog", { name: "Confirm that it is you" });
  const proven = proof.getByLabel("Code of your app");
  await proven.fill("12");
  // Another tab gets a token of its own meanwhile: that proves nobody, and what is typed here stays.
  const tab = await page.context().newPage();
  await visit(tab, "/account");
  await tab.close();
  await page.bringToFront();
  assert.equal(await proven.inputValue(), "12");
  await proven.fill(app.code());
  await button(proof, "Confirm").click();
  await kept.waitFor();
  const fresh = await shown();
  assert.equal(fresh.filter((code) => !codes.includes(code)).length, 10);
  await page.keyboard.press("Escape");
  await asks.waitFor();
  await page.keyboard.press("Escape");
  await kept.waitFor({ state: "detached" });
  await seen(page, "10 codes are left.");
  await phone.context().clearCookies();
  await firstStep();
  await button(phone, "Use a recovery code").click();
  await secondStep("Recovery code", codes[2]);
  await alert.waitFor();
  await secondStep("Recovery code", fresh[0]);
  await inside(phone);

  await button(page, "Remove the app").click();
  await seen(page, "Removed.");
  await phone.context().clearCookies();
  await knock(phone, olga.email, PASSWORD);
  await inside(phone);
  await close(page, phone);
});

test("another address counts once its mail is confirmed, and the old one can put it back, which ends everything", async () => {
  const olga = await signUp(steward, "Moving");
  const page = await steward.as(olga);
  const wanted = "olga@new-home.example";
  await visit(page, "/account");
  await page.getByLabel("New address").fill(wanted);
  await button(page, "Change the address").click();
  await seen(page, "A mail is on its way to the new address. Your address changes once you open its link.");
  await seen(page, `Mails go to ${olga.email}, and you sign in with it.`);

  const link = await mailedLink(steward, wanted, "/confirm-email");
  const phone = await steward.stranger();
  await phone.goto(link);
  await heading(phone, "Confirm your new address").waitFor();
  await button(phone, "Use this address").click();
  await seen(phone, "Your address is changed. Sign in with the new one.");
  await visit(phone, link);
  await button(phone, "Use this address").click();
  await phone.getByRole("alert").getByText("This link was used already or is too old").waitFor();
  await knock(phone, olga.email, PASSWORD);
  await phone.getByRole("alert").getByText("The address or password is not right").waitFor();
  await knock(phone, wanted, PASSWORD);
  await inside(phone);
  await visit(phone, "/account");
  await seen(phone, `Mails go to ${wanted}, and you sign in with it.`);

  const undo = await mailedLink(steward, olga.email, "/undo-email-change");
  const owner = await steward.stranger();
  await owner.goto(undo);
  await heading(owner, "Put your old address back").waitFor();
  await button(owner, "Put it back").click();
  await seen(owner, "Your old address is back. Choose a new password now: somebody may know the old one.");
  await phone.goto("/account");
  await heading(phone, "Sign in").waitFor();
  for (const address of [wanted, olga.email]) {
    await knock(phone, address, PASSWORD);
    await phone.getByRole("alert").getByText("The address or password is not right").waitFor();
  }
  await owner.getByRole("link", { name: "Choose a new password" }).click();
  await owner.getByLabel("E-mail address").fill(olga.email);
  await button(owner, "Send me a link").click();
  await visit(owner, await mailedLink(steward, olga.email, "/reset-password"));
  await owner.getByLabel("Password", { exact: true }).fill(NEW_PASSWORD);
  await button(owner, "Set the password").click();
  await seen(owner, "Your password is changed. Sign in with it.");
  await knock(owner, olga.email, NEW_PASSWORD);
  await inside(owner);
  await visit(owner, "/account");
  await seen(owner, `Mails go to ${olga.email}, and you sign in with it.`);
  await close(page, phone, owner);
});

test("each device that is signed in is listed, and is signed out alone or with all the others", async () => {
  const olga = await signUp(steward, "Devices");
  const here = await steward.as(olga);
  const there = await steward.as(olga, { userAgent: "Mozilla/5.0 (lost phone) Gecko/20100101 Firefox/140.0" });
  const third = await steward.as(olga, { userAgent: "Mozilla/5.0 (office) Gecko/20100101 Firefox/140.0" });
  await visit(here, "/account/devices");
  const devices = here.getByRole("main").getByRole("heading", { level: 2 });
  assert.equal(await here.getByText("This device", { exact: true }).count(), 1);
  const before = await devices.count();
  const lost = here.locator("main section").filter({ hasText: "lost phone" });
  await lost.getByRole("button", { name: /^Sign out: / }).click();
  await seen(here, "Signed out there.");
  await lost.waitFor({ state: "detached" });
  assert.equal(await devices.count(), before - 1);
  await there.goto("/account");
  await heading(there, "Sign in").waitFor();
  await third.goto("/account/devices");
  await heading(third, "Where you are signed in").waitFor();

  await button(here, "Sign out everywhere").click();
  await heading(here, "Sign in").waitFor();
  await third.goto("/account");
  await heading(third, "Sign in").waitFor();
  await close(here, there, third);
});

test("dates are written as the chosen English place writes them, on every device, until somebody else signs in", async () => {
  const olga = await signUp(steward, "Places");
  const [british, american] = [/^\d{1,2} [A-Z][a-z]+ \d{4}$/, /^[A-Z][a-z]{2} \d{1,2}, \d{4}$/];
  const writes = async (page, since) => {
    await visit(page, "/settings/company");
    await seen(page, since);
  };
  const page = await steward.as(olga, { locale: "en-US" });
  await writes(page, american);
  await visit(page, "/account");
  const place = page.getByRole("combobox", { name: "Language and region" });
  await place.selectOption({ label: "British English" });
  await Promise.all([page.waitForEvent("load"), button(page, "Save").click()]);
  await writes(page, british);

  /** Signs in where dates are written otherwise: from the next page on they are written as chosen. */
  const arrive = async (on, somebody, name) => {
    await signIn(on, somebody);
    await on.locator("summary", { hasText: name }).waitFor();
  };
  const phone = await steward.stranger({ locale: "en-US" });
  await phone.goto("/sign-in");
  await arrive(phone, olga, "Olga Owner");
  await writes(phone, british);
  await phone.locator("summary", { hasText: "Olga Owner" }).click();
  await button(phone, "Sign out").click();
  await heading(phone, "Sign in").waitFor();
  await arrive(phone, steward, "Demo Owner");
  await writes(phone, american);
  await close(page, phone);
});
