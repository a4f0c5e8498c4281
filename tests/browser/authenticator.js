// Codes as an app on a phone computes them (RFC 6238: SHA-1, six digits, 30 seconds).
import { createHmac } from "node:crypto";
import { bring } from "./company.js";
import { button, visit } from "./dashboard.js";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_MS = 30_000;

/** An app that was given a key, on a phone whose clock is right by Steward's. */
export function authenticator(steward, key) {
  return {
    /** The code it shows. */
    code: () => codeAt(key, Date.now() + (steward.ahead ?? 0)),
    /** One that it shows at no time near. */
    wrong: () => codeAt(key, 0),
    /** A code works once, so the next one is waited for; together with an hour, which ends what was proven before. */
    later: () => bring(steward, { switch: "leap", hours: 1 }),
  };
}

/** Sets up an app for whoever is signed in on a page; the app. */
export async function withApp(steward, page) {
  await visit(page, "/account/security");
  await button(page, "Set up an app").click();
  const form = page.getByRole("form", { name: "Codes of an app" });
  const app = authenticator(steward, await form.locator("code").innerText());
  await form.getByLabel("Code the app shows").fill(app.code());
  await button(form, "Turn it on").click();
  await button(page, "I have kept them").click();
  return app;
}

function codeAt(key, time) {
  const bits = [...key].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(time / STEP_MS)));
  const mac = createHmac("sha1", secret).update(step).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 0xf) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
