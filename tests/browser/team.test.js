// The team, from the page: roles of one's own, what becomes of a member, keys for programs. What follows from it is seen
// where it counts, in the other person's browser and at the API.
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, bring, colleague } from "./company.js";
import { button, close, heading, mailedLink, mailTo, opened, PASSWORD, seen, signIn, visit } from "./dashboard.js";

let demo;
const steward = opened({}, async () => {
  demo = await account(steward, steward);
});

/** The line of a member: of an invitation to the same address there is one as well. */
const row = (page, name) =>
  page.getByRole("listitem").filter({ has: page.getByRole("combobox", { name: `Role of ${name}` }) });

/** Gives a member another role. */
async function give(page, name, role) {
  await row(page, name).getByRole("combobox").selectOption({ label: role });
  await button(page, `Change the role: ${name}`).click();
}

test("who is not the administrator invites them with a role that may connect, or is told why they cannot", async () => {
  const viewer = await steward.as(await colleague(steward, demo, "vera@northwind.example", "read_only", "Vera View"));
  const owner = await steward.owner();
  for (const page of [owner, viewer]) {
    await visit(page, "/connect");
    await page.getByText("I am not the administrator: send them a link").click();
  }
  assert.equal(await button(viewer, "Invite your administrator").getAttribute("aria-disabled"), "true");
  await owner.getByRole("link", { name: "Invite your administrator" }).click();
  await owner.waitForURL(/\/team\?role=admin$/);
  const role = owner.getByRole("combobox", { name: "Role", exact: true });
  await role.waitFor();
  assert.equal(await role.inputValue(), "admin");
  await visit(owner, "/team?role=nobody");
  await role.waitFor();
  assert.equal(await role.inputValue(), "read_only");
  await close(owner, viewer);
});

test("a role of the company's own is made, given, widened, and gone once who has it gets another", async () => {
  const name = "Books <i>& more</i>";
  const owner = await steward.owner();
  await visit(owner, "/team");
  await button(owner, "Make a role").click();
  const making = owner.getByRole("dialog", { name: "Make a role" });
  await making.getByLabel("Name").fill(name);
  for (const may of ["See savings and licences", "See the team"]) await making.getByLabel(may).check();
  await button(making, "Save the role").click();
  await seen(owner, "Saved");
  await owner.getByLabel("E-mail address").fill("bea@northwind.example");
  await owner.getByRole("combobox", { name: "Role", exact: true }).selectOption({ label: name });
  await button(owner, "Send the invitation").click();
  await seen(owner, "A mail is on its way to bea@northwind.example.");

  const page = await steward.stranger();
  await page.goto(await mailedLink(steward, "bea@northwind.example", "/invitation"));
  await seen(page, "Demo Owner invites you.");
  await seen(page, `Your role there: ${name}.`);
  await page.getByLabel("Your name").fill("Bea Books");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button(page, "Accept the invitation").click();
  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, { email: "bea@northwind.example", password: PASSWORD });
  await visit(page, "/savings");
  await page
    .getByRole("link", { name: /a month/ })
    .first()
    .waitFor();
  await visit(page, "/people");
  await seen(page, "Your role does not include this. Ask an administrator.");
  await visit(page, "/team");
  for (const act of ["Make a role", `Delete: ${name}`]) {
    assert.equal(await page.getByRole("button", { name: act, exact: true }).getAttribute("aria-disabled"), "true", act);
  }

  await owner.reload();
  await button(owner, `Change: ${name}`).click();
  const changing = owner.getByRole("dialog", { name });
  assert.ok(await changing.getByLabel("See savings and licences").isChecked());
  await changing.getByLabel("See people and what they cost").check();
  await button(changing, "Save the role").click();
  await changing.waitFor({ state: "detached" });
  await visit(page, "/people");
  await page.getByRole("table").first().waitFor();

  await button(owner, `Delete: ${name}`).click();
  const deleting = owner.getByRole("dialog", { name: `Delete ${name}?` });
  await deleting.getByRole("combobox", { name: "Role they get instead" }).selectOption({ label: "Member" });
  await button(deleting, "Delete").click();
  await seen(owner, "Done.");
  await button(owner, `Change: ${name}`).waitFor({ state: "detached" });
  const hers = await row(owner, "Bea Books").getByRole("combobox").elementHandle();
  await owner.waitForFunction((select) => select.value === "member", hers);
  await mailTo(steward, "bea@northwind.example", "What you may see and do for");
  await visit(page, "/people");
  await page.getByRole("table").first().waitFor();
  await close(owner, page);
});

test("somebody may do more, is paused, let in again and removed, by who confirms it is them; the last owner stays", async () => {
  const ben = await colleague(steward, demo, "ben@northwind.example", "read_only");
  const owner = await steward.owner();
  const page = await steward.as(ben);
  // What was proven by signing in is too old by then.
  await bring(steward, { switch: "leap", hours: 1 });
  await visit(owner, "/team");
  const his = row(owner, "Ben Dahl");
  // With the keyboard one comes by the roles between, and none of those is meant.
  const role = his.getByRole("combobox");
  const asked = [];
  owner.on("request", (request) => request.method() === "PATCH" && asked.push(request.url()));
  await role.focus();
  for (const key of ["Home", "ArrowDown", "ArrowDown", "End"]) await role.press(key);
  await role.selectOption({ label: "Member" });
  await button(owner, "Change the role: Ben Dahl").waitFor();
  assert.ok(await role.evaluate((select) => select === document.activeElement));
  assert.deepEqual(asked, []);
  await give(owner, "Ben Dahl", "Administrator");
  const proof = owner.getByRole("dialog", { name: "Confirm that it is you" });
  await proof.getByLabel("Password").fill("not the password");
  await button(proof, "Confirm").click();
  await proof.getByRole("alert").getByText("The password is not right").waitFor();
  await proof.getByLabel("Password").fill(steward.password);
  await button(proof, "Confirm").click();
  await seen(owner, "Done.");
  assert.equal(await role.inputValue(), "admin");
  assert.equal(await button(owner, "Change the role: Ben Dahl").count(), 0);
  assert.ok(await role.evaluate((select) => select === document.activeElement));
  await mailTo(steward, ben.email, "What you may see and do for");
  await visit(page, "/team");
  await button(page, "Send the invitation").waitFor();

  await button(his, "Pause").click();
  await his.getByText("Paused").waitFor();
  await mailTo(steward, ben.email, "An administrator paused your access");
  await page.goto("/team");
  await heading(page, "Sign in").waitFor();
  await page.getByLabel("E-mail address").fill(ben.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button(page, "Sign in").click();
  await page.getByRole("alert").getByText("The address or password is not right").waitFor();
  await button(his, "Let in again").click();
  await his.getByText("Paused").waitFor({ state: "detached" });
  await button(page, "Sign in").click();
  await heading(page, "Team").waitFor();

  await button(owner, "Remove: Ben Dahl").click();
  await button(owner.getByRole("dialog", { name: "Remove Ben Dahl?" }), "Remove").click();
  await his.waitFor({ state: "detached" });
  await mailTo(steward, ben.email, "You were removed from");
  await page.goto("/team");
  await heading(page, "Sign in").waitFor();

  const own = row(owner, "Demo Owner").getByRole("combobox");
  await give(owner, "Demo Owner", "Administrator");
  await seen(owner, /^A company needs an owner\. Make somebody else an owner first\./);
  assert.equal(await own.inputValue(), "owner");
  await close(owner, page);
});

test("a key is shown once, does no more than it may, gets a new secret while the old one still works, and is revoked", async () => {
  const page = await steward.owner({ permissions: ["clipboard-read", "clipboard-write"] });
  const status = async (path, key) => (await fetch(steward.url + path, { headers: { "x-api-key": key } })).status;
  const name = "Nightly <b>export</b>";
  await visit(page, "/settings/keys");
  await button(page, "Make a key").click();
  const making = page.getByRole("dialog", { name: "Make a key" });
  await making.getByLabel("What it is for").fill(name);
  await making.getByRole("combobox", { name: "Ends after" }).selectOption({ label: "30 days" });
  const networks = making.getByLabel("Only from these networks");
  await networks.fill("the office");
  await button(making, "Make a key").click();
  await making.getByRole("alert").first().waitFor();
  assert.equal(await making.getByLabel("What it is for").inputValue(), name);
  await networks.fill("");
  await button(making, "Make a key").click();

  const once = page.getByRole("dialog", { name: "Your new key" });
  /** The secret that is shown, taken away with the button. */
  const taken = async () => {
    const secret = await once.locator("code").innerText();
    await button(once, "Copy").click();
    await seen(once, "Copied");
    assert.equal(await page.getByText("Copied", { exact: true }).count(), 1, "in the dialog alone");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
    await button(once, "I have copied it").click();
    return secret;
  };
  const first = await taken();
  await mailTo(steward, steward.email, "A program that has this key");
  assert.deepEqual([await status("/v1/findings", first), await status("/v1/people", first)], [200, 403]);
  await page.reload();
  const key = page.locator("main section").filter({ hasText: name });
  await key.getByText("See savings and licences").waitFor();
  assert.equal(await page.getByText(first).count(), 0);

  await button(page, `New secret: ${name}`).click();
  const second = await taken();
  assert.notEqual(second, first);
  assert.deepEqual([await status("/v1/findings", first), await status("/v1/findings", second)], [200, 200]);
  await bring(steward, { switch: "leap", hours: 25 });
  assert.deepEqual([await status("/v1/findings", first), await status("/v1/findings", second)], [401, 200]);

  await button(page, `Revoke: ${name}`).click();
  await button(page.getByRole("dialog", { name: `Revoke ${name}?` }), "Revoke").click();
  await key.getByText("Revoked", { exact: true }).waitFor();
  assert.equal(await status("/v1/findings", second), 401);
  assert.equal(await button(page, `New secret: ${name}`).count(), 0);
  await close(page);
});
