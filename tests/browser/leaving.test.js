// A company that somebody leaves by themselves: who may, what it takes, and where they are then.
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, colleague, join, signUp } from "./company.js";
import { button, close, faults, inside, mailTo, opened, seen, visit } from "./dashboard.js";

const steward = opened();

test("the last owner stays until somebody else is one, and everybody else leaves by themselves", async () => {
  const made = await signUp(steward, "Leaving");
  const owner = await steward.as(made);
  const leave = (page) => button(page.locator("main"), "Leave the company");
  const leaving = (page) => page.getByRole("dialog", { name: "Leave this company?" });
  const only = "You are the only owner. Make somebody else an owner first.";
  await visit(owner, "/team");
  assert.equal(await leave(owner).getAttribute("aria-disabled"), "true");
  assert.equal(await leave(owner).getAttribute("title"), only);

  const ben = await colleague(steward, made, "ben@leaving.example", "owner");
  const eva = await colleague(steward, made, "eva@leaving.example", "read_only", "Eva Lind");
  await visit(owner, "/team");
  assert.equal(await leave(owner).getAttribute("aria-disabled"), null);
  const his = await steward.as(ben);
  await visit(his, "/team");
  await leave(his).click();
  await seen(leaving(his), /^You are signed out of it at once, .* Only an invitation brings you back, not signing in/);
  await button(leaving(his), "Leave the company").click();
  await his.waitForURL(/\/sign-in$/);
  await seen(his, "You have left the company.");
  await mailTo(steward, ben.email, "You left Leaving in Steward");
  await his.getByLabel("E-mail address").fill(ben.email);
  await his.getByLabel("Password", { exact: true }).fill(ben.password);
  await button(his, "Sign in").click();
  await his.getByRole("alert").getByText("The address or password is not right").waitFor();

  // A page that does not know it yet is refused, in words.
  await leave(owner).click();
  await button(leaving(owner), "Leave the company").click();
  const refused = leaving(owner).getByRole("alert");
  await refused.getByText("A company needs an owner").waitFor();
  await refused.getByText("Make somebody else an owner first.").waitFor();
  assert.deepEqual(await faults(owner), []);
  await visit(owner, "/team");
  assert.equal(await leave(owner).getAttribute("title"), only);

  // Whoever may only look leaves as well, and finds out where among what is theirs.
  const hers = await steward.as(eva);
  await visit(hers, "/team");
  assert.equal(await leave(hers).getAttribute("aria-disabled"), null);
  await visit(hers, "/account");
  await seen(hers, "You are in Leaving.");
  await leave(hers).click();
  await button(leaving(hers), "Cancel").click();
  await leave(hers).click();
  await button(leaving(hers), "Leave the company").click();
  await hers.waitForURL(/\/sign-in$/);
  await mailTo(steward, eva.email, "You left Leaving in Steward");
  await visit(owner, "/team");
  assert.equal(await owner.getByText("Eva Lind").count(), 0);
  await visit(owner, "/activity");
  await seen(owner, "A member left by themselves. Their role was viewer.");
  await close(owner, his, hers);
});

test("who is in another company goes on there, and where leaving is refused nothing has changed", async () => {
  const one = await signUp(steward, "Onward");
  const two = await signUp(steward, "Second");
  await join(steward, two, one, "read_only");
  const { tenant } = await two.call("GET", "/v1/tenant", 200);
  const page = await steward.as(one);
  const leave = async () => {
    await visit(page, "/account");
    await button(page.locator("main"), "Leave the company").click();
    await button(page.getByRole("dialog", { name: "Leave this company?" }), "Leave the company").click();
  };
  /** Which company a page that is opened anew is in. */
  const isIn = async (name) => {
    await visit(page, "/account");
    await seen(page, `You are in ${name}.`);
  };
  // They own it alone.
  await leave();
  await page.getByRole("dialog").getByText("Make somebody else an owner first.").waitFor();
  assert.deepEqual(await faults(page), []);
  await isIn("Onward");

  await colleague(steward, one, "ben@onward.example", "owner");
  await leave();
  await page.waitForURL(({ pathname }) => pathname !== "/account");
  await inside(page);
  await isIn("Second");
  const { items } = await (await account(steward, one)).call("GET", "/v1/me/tenants", 200);
  assert.deepEqual(items.map((one) => one.tenant), [tenant]);
  await close(page);
});
