// Companies with a Microsoft 365 of their own, made over the API and Microsoft's own pages as anybody would.
import { randomUUID } from "node:crypto";
import { mailedLink, PASSWORD } from "./dashboard.js";

/** Of the next directory: no two are the same, as Microsoft's are not. */
let seed = 1;
const HOUR_MS = 3_600_000;

/** Brings something about on this machine; local/src/controls.rs has the switches. How far its clock is ahead by then is
 * kept in `steward.ahead`, in milliseconds. */
export async function bring(steward, about) {
  const answer = await fetch(`${steward.url}/controls`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(about),
  });
  if (!answer.ok) throw new Error(`${about.switch}: ${answer.status} ${await answer.text()}`);
  if (about.switch === "leap") steward.ahead = (steward.ahead ?? 0) + about.hours * HOUR_MS;
  return answer.status === 201 ? answer.json() : null;
}

/** An account that calls the API: in `tenant`, where it is in several. */
export async function account(steward, { email, password, tenant }) {
  const { access_token: token } = await steward.call("POST", "/v1/sign-in", 200, { body: { email, password, tenant } });
  return { email, password, tenant, call: (method, path, wanted, body) => steward.call(method, path, wanted, { token, body }) };
}

/** Signs a company up; nothing is connected yet. It may be `called` something that no address can be. */
export async function signUp(steward, name, called = name) {
  const email = `owner@${name.toLowerCase()}.example`;
  await steward.call("POST", "/v1/sign-up", 202, { body: { email, company: called } });
  const link = new URL(await mailedLink(steward, email, "/verify"));
  const body = { token: link.hash.slice("#token=".length), name: "Olga Owner", password: PASSWORD };
  await steward.call("POST", "/v1/verify-email", 201, { body });
  return account(steward, { email, password: PASSWORD });
}

/** Invites somebody to a company, who accepts with a password. */
export async function colleague(steward, company, email, role, name = "Ben Dahl") {
  await company.call("POST", "/v1/invitations", 202, { email, role });
  const link = new URL(await mailedLink(steward, email, "/invitation"));
  const body = { token: link.hash.slice("#token=".length), name, password: PASSWORD };
  await steward.call("POST", "/v1/invitations/accept", 201, { body });
  return account(steward, { email, password: PASSWORD });
}

/** Takes somebody who has an account into a company. */
export async function join(steward, company, somebody, role) {
  await company.call("POST", "/v1/invitations", 202, { email: somebody.email, role });
  const link = new URL(await mailedLink(steward, somebody.email, "/invitation"));
  await somebody.call("POST", "/v1/invitations/accept", 201, { token: link.hash.slice("#token=".length) });
}

/** Puts the company of an account into a state of its life, so many days after the first payment that failed. */
export async function stand(steward, { email, password }, state, past_due_days) {
  const { access_token: token } = await steward.call("POST", "/v1/sign-in", 200, { body: { email, password } });
  await bring(steward, { switch: "state", token, state, past_due_days });
}

/** Connects a company to a new directory of that recipe and waits until its first check ended, unless told not to.
 * Of what Steward asks for, its administrator grants all but `denied`. */
export async function connect(steward, company, recipe, { wait = true, denied } = {}) {
  const { directory } = await bring(steward, { switch: "directory", seed: seed++, people: 40, ...recipe });
  company.directory = directory;
  await agree(steward, company, { denied });
  if (wait) await ended(company);
}

/** Its administrator agrees at Microsoft to what is asked for, but what is `denied`: to reading, or to what `tier` changes. */
export async function agree(steward, company, { tier, denied }) {
  const { directory } = company;
  const { url } = await company.call("POST", "/v1/microsoft/connect", 200, tier && { tier });
  const signedIn = await atMicrosoft(url, directory);
  const { url: consent } = await company.call("POST", "/v1/microsoft/callback", 200, signedIn);
  const granted = await atMicrosoft(consent, directory);
  if (denied) await bring(steward, { switch: "withdraw", directory, permissions: denied });
  await company.call("POST", "/v1/microsoft/callback", 200, granted);
}

/** A company that signed up, connected and was checked. */
export async function company(steward, name, recipe, options) {
  const made = await signUp(steward, name);
  await connect(steward, made, { name, ...recipe }, options);
  return made;
}

/** Approves what was previewed over the API, and waits until it is done; the number of the change. */
export async function applied(steward, made, preview) {
  const { email, password, tenant } = made;
  const { access_token: token } = await steward.call("POST", "/v1/sign-in", 200, { body: { email, password, tenant } });
  const answer = await fetch(`${steward.url}/v1/fixes`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": randomUUID(),
    },
    body: JSON.stringify({
      preview_token: preview.preview_token,
      accept: preview.to_accept,
      confirm: preview.type_to_confirm,
    }),
  });
  if (answer.status !== 202) throw new Error(`the fix is refused: ${answer.status} ${await answer.text()}`);
  const { fix } = await answer.json();
  for (let tries = 0; tries < 600; tries++) {
    if ((await made.call("GET", `/v1/fixes/${fix}`, 200)).state === "finished") return fix;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the fix does not end");
}

/** Lets Steward change something of a company, once, and accepts something as it is. What pages about one thing are then
 * about: a finding that can be fixed, somebody in it, the change. */
export async function furnished(steward, made) {
  await agree(steward, made, { tier: "licence_writer" });
  const { scan: before } = await made.call("GET", "/v1/overview", 200);
  const findings = async () => (await made.call("GET", "/v1/findings?limit=100", 200)).items;
  const accepted = (await findings()).find(({ people }) => people === 0);
  const reason = "We hire in spring.";
  if (accepted) await made.call("POST", "/v1/exceptions", 201, { finding: accepted.finding, reason });
  const fixable = async () => (await findings()).filter(({ people, remedy }) => people > 0 && remedy === "remove_licences");
  let change;
  for (const { finding } of (await fixable()).toSorted((a, b) => a.people - b.people)) {
    const preview = await made.call("POST", "/v1/fixes/preview", 200, { finding });
    if (preview.people > 0) change = await applied(steward, made, preview);
    if (change) break;
  }
  if (!change) throw new Error("no finding can be fixed");
  // The check behind it begins by itself: whoever asks for one meanwhile gets that.
  await ended(made, ({ scan, state }) => scan !== before.scan && state === "finished");
  // What is certain is found whatever Microsoft does with its usage reports.
  const left = (await fixable()).toSorted((a, b) => Number(b.certainty === "certain") - Number(a.certainty === "certain"));
  // A small company may have had but one.
  const [{ finding }] = [...left, ...(await findings()).filter(({ people }) => people > 0)];
  const [{ person }] = (await made.call("GET", `/v1/findings/${finding}/people`, 200)).items;
  return { finding, person, change };
}

/** Asks for a check and waits until it ended in that state. */
export async function check(company, state) {
  const { scan: asked } = await company.call("POST", "/v1/scans", 202);
  await ended(company, (newest) => newest.scan === asked && newest.state === state);
}

/** Waits until the newest check is one like that; unless told otherwise one that is over. */
async function ended(company, like = ({ state }) => state === "finished" || state === "failed") {
  for (let tries = 0; tries < 600; tries++) {
    const { scan } = await company.call("GET", "/v1/overview", 200);
    if (scan && like(scan)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no check ended as it was to");
}

/** Goes through Microsoft's pages as the directory's administrator; what Microsoft sends back to our page. */
async function atMicrosoft(url, directory) {
  let answer = await fetch(url, { redirect: "manual" });
  while (answer.status === 200) {
    const page = await answer.text();
    const transaction = /name="transaction" value="([^"]+)"/.exec(page)[1];
    const account = new RegExp(`value="(${directory}/[^"]+)">(?:(?!</button>).)*Global Administrator`, "s").exec(page)?.[1];
    const [step, said] = page.includes('value="accept"') ? ["decide", { decision: "accept" }] : ["choose", { account }];
    answer = await fetch(new URL(`/simulated/${step}`, url), {
      method: "POST",
      body: new URLSearchParams({ transaction, ...said }),
      redirect: "manual",
    });
  }
  const back = answer.headers.get("location");
  if (!back) throw new Error(`Microsoft's page says ${answer.status}: ${await answer.text()}`);
  return Object.fromEntries(new URL(back).searchParams);
}
