// What an owner, a colleague and a stranger can do on the dashboard, against the real local system.
import assert from "node:assert/strict";
import { test } from "node:test";
import { account, company, join, signUp } from "./company.js";
import { heading, mailedLink, opened, PASSWORD, seen, signIn, visit } from "./dashboard.js";
import { pages } from "./pages.js";

const steward = opened();

test("the first screen says what could be saved, why, and what to do first, in three requests to the API", async () => {
  const page = await steward.owner();
  await page.waitForLoadState("networkidle");
  const asked = [];
  page.on("request", (request) => {
    if (request.url().includes("/v1/")) asked.push(request.url());
  });
  await visit(page, "/");
  await heading(page, /^You could save \$[\d,.]+ a month\.$/).waitFor();
  await seen(page, "Sample data.");
  await seen(page, /^\$[\d,.]+ certain · \$[\d,.]+ likely · \$0 saved so far$/);
  await seen(page, /^Excl\. VAT, by prices of/);
  await seen(page, /Checked .+ · next check \S+/);
  assert.ok(asked.length <= 3, asked.join("\n"));
  const first = page.getByRole("list").filter({ has: page.getByRole("link", { name: /^Review/ }) }).getByRole("listitem").first();
  assert.match(await first.innerText(), /saves \$[\d,.]+ a month.* · (can(not)? be undone|you |ask )/);
  await first.getByRole("link").click();
  await seen(page, "What your people will notice");
  await page.context().close();
});

test("however little is left to do, the headline leads to where its amount comes from", async () => {
  const made = await company(steward, "Fewleft");
  const { items } = await made.call("GET", "/v1/findings?limit=100", 200);
  const { top } = await made.call("GET", "/v1/overview", 200);
  const [{ finding: last }] = top;
  const others = items.filter(({ finding }) => finding !== last);
  for (const { finding } of others) await made.call("POST", "/v1/exceptions", 201, { finding, reason: "As it is meant." });
  const overview = async (is) => {
    for (let tries = 0; tries < 600; tries++) {
      if (is(await made.call("GET", "/v1/overview", 200))) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the first screen does not follow");
  };
  await overview(({ findings, top }) => findings === 1 && top.length === 1);
  const page = await steward.as(made);
  const where = page.getByRole("main").getByRole("link", { name: "See where it comes from" });
  await visit(page, "/");
  await heading(page, /^You could save /).waitFor();
  await where.click();
  await page.waitForURL(/\/savings$/);
  // Put off, it is no longer to do, and its money still counts.
  const until = new Date(Date.now() + 20 * 86_400_000).toISOString();
  await made.call("POST", `/v1/findings/${last}/snooze`, 200, { until });
  await overview(({ top }) => top.length === 0);
  await visit(page, "/");
  await heading(page, /^You could save /).waitFor();
  assert.equal(await where.count(), 1);
  await page.context().close();
});

test("what to do in the first days is ticked off, put away, and stays so", async () => {
  const page = await steward.owner();
  await visit(page, "/");
  const list = page.getByRole("list").filter({ hasText: "Microsoft 365 is connected" });
  await list.getByRole("link", { name: "Check your prices" }).click();
  await page.waitForURL(/\/licences$/);
  await visit(page, "/");
  await list.getByText("Check your prices (done)").waitFor();
  assert.equal(await list.getByRole("link", { name: "Check your prices" }).count(), 0);
  await page.getByRole("button", { name: "Hide this list" }).click();
  await list.waitFor({ state: "detached" });
  await visit(page, "/");
  await seen(page, /^We only read data until you press Apply/);
  await seen(page, /^\d+ licence types? ha(s|ve) no price$/);
  assert.equal(await list.count(), 0);
  // The first check was today: there is no earlier one to compare with.
  assert.equal(await page.getByText(/→ .* found$/).count(), 0);
  await page.context().close();
});

test("pages and acts are found by typing, with the keyboard alone", async () => {
  const page = await steward.owner();
  await visit(page, "/");
  const asked = page.getByRole("combobox", { name: "A page, or something to do" });
  await page.keyboard.press("Control+k");
  await asked.fill("sign rules");
  assert.match(await page.getByRole("option", { selected: true }).innerText(), /^Sign-in rules/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/settings\/sign-in$/);
  await asked.waitFor({ state: "detached" });
  await page.keyboard.press("Control+k");
  await asked.waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/savings$/);
  await page.keyboard.press("Control+k");
  await asked.fill("zzz");
  await page.getByRole("option", { name: "Find “zzz” among people" }).click();
  await page.waitForURL(/\/people\?search=zzz$/);
  await page.getByRole("button", { name: "Go to", exact: true }).click();
  await page.keyboard.press("Escape");
  await asked.waitFor({ state: "detached" });
  await page.context().close();
});

test("a deep link survives signing in, and nobody sees a page without", async () => {
  const page = await steward.stranger();
  await page.goto("/savings?show=likely");
  await page.waitForURL(/\/sign-in\?/);
  await signIn(page, steward);
  await page.waitForURL(/\/savings\?show=likely$/);
  await page.context().close();
});

test("who goes to another company has its numbers and their rights there, and nothing of the one before", async () => {
  const twice = await signUp(steward, "Twohats");
  await join(steward, await account(steward, steward), twice, "read_only");
  const page = await steward.stranger();
  await signIn(page, twice);
  const go = async (company) => {
    await page.locator("summary", { hasText: "Olga Owner" }).click();
    await page.getByRole("button", { name: `Go to ${company}` }).click();
  };
  const connect = page.getByRole("link", { name: "Connect Microsoft 365" });
  const onlyLooks = async () => {
    await page.getByRole("heading", { level: 1, name: /You could save/ }).waitFor();
    assert.match(await page.getByRole("button", { name: "Check now" }).getAttribute("title"), /Your role does not include this/);
    assert.equal(await connect.count(), 0);
  };
  // The company they are in longest comes first.
  await connect.waitFor();
  await go("Northwind");
  await onlyLooks();
  await go("Twohats");
  await connect.waitFor();
  assert.equal(await page.getByRole("heading", { name: /You could save/ }).count(), 0);
  await go("Northwind");
  await onlyLooks();
  await page.context().close();
});

test("a wrong password is refused beside what was typed, which stays", async () => {
  const page = await steward.stranger();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(steward.email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").getByText(/Request number/).waitFor();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), steward.email);
  await page.context().close();
});

test("a session that ended asks to sign in again and loses nothing that was typed", async () => {
  const page = await steward.owner();
  await page.goto("/account");
  await page.getByRole("textbox", { name: "Your name" }).fill("Typed before it ended");
  const { access_token: token } = await steward.call("POST", "/v1/sign-in", 200, {
    body: { email: steward.email, password: steward.password },
  });
  await steward.call("POST", "/v1/sign-out/everywhere", 204, { token });
  // Sent whether or not the dialog stands already, because the page asked for something by itself.
  await page.getByRole("button", { name: "Save" }).dispatchEvent("click");
  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await dialog.getByLabel("Password", { exact: true }).fill(steward.password);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await seen(page, "Saved");
  assert.equal(await page.getByRole("textbox", { name: "Your name" }).inputValue(), "Typed before it ended");
  await page.context().close();
});

test("signing out in one tab leaves nothing in the other, and signing in again is one for both", async () => {
  const page = await steward.owner();
  const other = await page.context().newPage();
  await other.goto("/licences");
  await heading(other, "Licences").waitFor();
  await page.getByText("Demo Owner").or(page.getByText("Typed before it ended")).first().click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await heading(page, "Sign in").waitFor();
  await heading(other, "Sign in").waitFor();
  await signIn(other, steward);
  await page.goto("/");
  await heading(page, /You could save/).waitFor();
  await page.context().close();
});

test("what somebody typed in another tab is gone once they sign out, and never becomes who is next", async () => {
  const next = await signUp(steward, "Nextone");
  const page = await steward.as(await signUp(steward, "Annas"));
  const other = await page.context().newPage();
  await visit(other, "/account");
  const name = other.getByRole("textbox", { name: "Your name" });
  await name.fill("Typed by Anna");
  await page.locator("summary", { hasText: "Olga Owner" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await heading(page, "Sign in").waitFor();
  await heading(other, "Sign in").waitFor();
  await signIn(page, next);
  await visit(other, "/account");
  await seen(other, "You are in Nextone.");
  assert.equal(await name.inputValue(), "Olga Owner");
  await page.context().close();
});

test("a colleague with the fewest rights sees, and is told why they cannot do more", async () => {
  const owner = await steward.owner();
  await owner.goto("/team");
  await owner.getByLabel("E-mail address").fill("ben@northwind.example");
  await owner.getByRole("combobox", { name: "Role", exact: true }).selectOption({ label: "Viewer" });
  await owner.getByRole("button", { name: "Send the invitation" }).click();
  await seen(owner, "A mail is on its way to ben@northwind.example.");

  const page = await steward.stranger();
  await page.goto(await mailedLink(steward, "ben@northwind.example", "/invitation"));
  await heading(page, /^Join /).waitFor();
  await page.getByRole("textbox", { name: "Your name" }).fill("Ben <b>Dahl</b> \u202Eevil");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Accept the invitation" }).click();
  // A name with characters that turn text around is refused beside its field.
  await page.getByRole("alert").first().waitFor();
  await page.getByRole("textbox", { name: "Your name" }).fill("Ben <img src=x onerror=alert(1)>");
  await page.getByRole("button", { name: "Accept the invitation" }).click();
  await seen(page, "You are in. Sign in to go on.");
  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, { email: "ben@northwind.example", password: PASSWORD });
  await heading(page, /You could save/).waitFor();
  // What one may do comes with another request than the number.
  const check = page.getByRole("button", { name: "Check now", disabled: true });
  assert.match(await check.getAttribute("title"), /Ask an administrator/);
  await owner.reload();
  await seen(owner, "Ben <img src=x onerror=alert(1)>");
  await owner.context().close();
  await page.context().close();
});

test("a passkey is added, confirmed with the password, and signs in by itself", async () => {
  const page = await steward.owner();
  const authenticators = await page.context().newCDPSession(page);
  await authenticators.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  await authenticators.send("WebAuthn.addVirtualAuthenticator", { options });
  await page.goto("/account/security");
  await page.getByLabel("Name of the passkey").fill("Test laptop");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  const codes = page.getByRole("dialog", { name: "Keep these now" });
  await codes.waitFor();
  assert.equal((await codes.locator("pre").innerText()).split("\n").length, 10);
  await codes.getByRole("button", { name: "I have kept them" }).click();
  await seen(page, "Test laptop");
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  await page.goto("/account/devices");
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await heading(page, /You could save/).waitFor();
  await page.goto("/account/security");
  await page.getByRole("button", { name: "Remove: Test laptop" }).click();
  await seen(page, "Removed.");
  await page.context().close();
});

test("the keyboard alone leads from signing in to a finding", async () => {
  const page = await steward.stranger();
  await page.goto("/sign-in");
  const press = async (key, times = 1) => {
    for (let at = 0; at < times; at++) await page.keyboard.press(key);
  };
  /** Goes on with Tab until something of that name has the focus. */
  const reach = async (name) => {
    for (let at = 0; at < 60; at++) {
      await press("Tab");
      const text = await page.evaluate(() => {
        const on = document.activeElement;
        return on?.getAttribute("aria-label") ?? on?.labels?.[0]?.textContent ?? on?.textContent ?? "";
      });
      if (name.test(text)) return;
    }
    assert.fail(`Tab does not reach ${name}`);
  };
  await heading(page, "Sign in").waitFor();
  await press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to the content");
  await reach(/^E-mail address/);
  await page.keyboard.type(steward.email);
  await reach(/^Password/);
  await page.keyboard.type(steward.password);
  await press("Enter");
  await heading(page, /You could save/).waitFor();
  await reach(/^Review/);
  await press("Enter");
  await seen(page, "If you act on it");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "content");
  await page.context().close();
});

test("offline it says so, and goes on when the network is back", async () => {
  const page = await steward.owner();
  await page.context().setOffline(true);
  await seen(page, "You are offline.");
  await page.context().setOffline(false);
  await page.getByText("You are offline.").waitFor({ state: "hidden" });
  await page.context().close();
});

test("every page is served with the policy, and what is the API's or a file is never a page", async () => {
  for (const { path } of await pages(steward)) {
    const answer = await fetch(steward.url + path, { redirect: "error" });
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers.get("content-security-policy"), /default-src 'none'; script-src 'self';/);
  }
  for (const path of ["/v1/nothing", "/assets/old-1a2b.js"]) {
    const answer = await fetch(steward.url + path);
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
  }
  const page = await fetch(steward.url, { headers: { "accept-encoding": "gzip" } });
  const script = /src="(\/assets\/[^"]+)"/.exec(await page.text())[1];
  const asset = await fetch(steward.url + script, { headers: { "accept-encoding": "br" } });
  assert.equal(asset.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.equal(asset.headers.get("content-encoding"), "br");
});

// Last: it takes the sample company's Microsoft 365 away from it.
test("from signing up to the first number: mail, password, Microsoft, check", async () => {
  const owner = await steward.owner();
  await owner.goto("/settings/connection");
  await owner.getByRole("button", { name: "Disconnect" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await seen(owner, "Microsoft 365 is disconnected.");
  await owner.context().close();

  const page = await steward.stranger();
  await page.goto("/sign-up");
  await page.getByLabel("E-mail address").fill("anna@contoso.example");
  await page.getByLabel("Company").fill("Contoso <script>alert(1)</script>");
  await page.getByRole("button", { name: "Send me the mail" }).click();
  await heading(page, "Look into your mailbox").waitFor();

  const phone = await page.context().newPage();
  await phone.goto(await mailedLink(steward, "anna@contoso.example", "/verify"));
  await phone.getByLabel("Your name").fill("Anna Berg");
  await phone.getByLabel("Password", { exact: true }).fill("password1234");
  await phone.getByRole("button", { name: "Make my account" }).click();
  await phone.getByRole("alert").first().waitFor();
  await phone.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await phone.getByRole("button", { name: "Make my account" }).click();
  await seen(phone, "Your account is ready. Sign in to go on.");
  await phone.close();

  await seen(page, "Your account is ready.");
  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, { email: "anna@contoso.example", password: PASSWORD });
  await page.getByRole("link", { name: "Connect Microsoft 365" }).click();
  await seen(page, "What we never read");
  await page.getByRole("button", { name: "Connect at Microsoft" }).click();
  await page.getByRole("heading", { name: "Pick an account" }).waitFor();
  await page.getByRole("button", { name: /administrator/i }).first().click();
  await page.getByRole("heading", { name: "Permissions requested" }).waitFor();
  await page.getByRole("button", { name: "Accept" }).click();
  await heading(page, "Your first check").waitFor();
  await page.getByRole("link", { name: "See what to do" }).click();
  await heading(page, /^You could save/).waitFor();
  await page.context().close();
});
