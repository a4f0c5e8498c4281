// Passkeys, as a browser makes and shows them: the ceremonies of WebAuthn Level 3 with a virtual authenticator of
// Chromium's (https://www.w3.org/TR/webauthn-3/#sctn-automation).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, start } from "./steward.js";

let steward, chromium, page, authenticators;

before(async () => {
  steward = await start();
  chromium = await browser();
  page = await chromium.newPage();
  // Any page of Steward's own address: the browser binds a passkey to it.
  await page.goto(`${steward.url}/v1/health`);
  authenticators = await page.context().newCDPSession(page);
  await authenticators.send("WebAuthn.enable");
});

after(async () => {
  await chromium?.close();
  await steward?.stop();
});

const plug = (options = {}) =>
  authenticators.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  });

const make = (options) =>
  page.evaluate(async ({ publicKey }) => {
    const asked = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
    return (await navigator.credentials.create({ publicKey: asked })).toJSON();
  }, options);

const show = (options) =>
  page.evaluate(async ({ publicKey }) => {
    const asked = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
    return (await navigator.credentials.get({ publicKey: asked })).toJSON();
  }, options);

const signIn = () =>
  steward.call("POST", "/v1/sign-in", 200, { body: { email: steward.email, password: steward.password } });

test("a passkey is made, signs in by itself, and the password alone no longer does", async () => {
  const { authenticatorId } = await plug();
  const { access_token: token } = await signIn();

  const begun = await steward.call("POST", "/v1/me/passkeys/begin", 200, { token });
  const credential = await make(begun.options);
  const body = { ceremony: begun.ceremony, name: "This laptop", credential };
  const added = await steward.call("POST", "/v1/me/passkeys", 201, { token, body });
  assert.equal(added.passkey.name, "This laptop");
  assert.equal(added.recovery_codes.length, 10);
  await steward.call("POST", "/v1/me/passkeys", 410, { token, body });

  const asked = await steward.call("POST", "/v1/sign-in/passkey/begin", 200);
  const shown = { ceremony: asked.ceremony, credential: await show(asked.options) };
  const tokens = await steward.call("POST", "/v1/sign-in/passkey", 200, { body: shown });
  const me = await steward.call("GET", "/v1/me", 200, { token: tokens.access_token });
  assert.equal(me.email, steward.email);
  await steward.call("POST", "/v1/sign-in/passkey", 401, { body: shown });

  const step = await signIn();
  assert.equal(step.next, "second_factor");
  assert.equal(step.access_token, undefined);
  const again = await steward.call("POST", "/v1/sign-in/passkey/begin", 200);
  const passkey = { ceremony: again.ceremony, credential: await show(again.options) };
  const second = { challenge: step.challenge, passkey };
  const signedIn = await steward.call("POST", "/v1/sign-in/second-factor", 200, { body: second });
  assert.ok(signedIn.access_token);
  await authenticators.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
});

test("an authenticator that cannot verify its owner makes no passkey", async () => {
  const { authenticatorId } = await plug({ hasUserVerification: false, isUserVerified: false });
  const step = await signIn();
  assert.equal(step.next, "second_factor");
  const asked = await steward.call("POST", "/v1/sign-in/passkey/begin", 200);
  await assert.rejects(show(asked.options), /NotAllowedError/);
  await authenticators.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
});

test("a passkey shown to another address is refused", async () => {
  const other = steward.url.replace("localhost", "127.0.0.1");
  const elsewhere = await chromium.newPage();
  await elsewhere.goto(`${other}/v1/health`);
  const asked = await steward.call("POST", "/v1/sign-in/passkey/begin", 200);
  const shown = elsewhere.evaluate(async ({ publicKey }) => {
    await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  }, asked.options);
  await assert.rejects(shown, /SecurityError/);
  await elsewhere.close();
});
