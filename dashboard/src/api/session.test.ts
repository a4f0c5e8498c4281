import { afterEach, beforeEach, expect, test, vi } from "vitest";

const tokens = (access_token: string, some: { expires_in?: number; tenant?: string; user?: string } = {}) => ({
  access_token,
  expires_in: 900,
  token_type: "Bearer",
  tenant: "ten_1",
  user: "usr_1",
  ...some,
});
const answer = (status: number, body: unknown = {}) => new Response(JSON.stringify(body), { status });
const over = (code: string, status = 401) => answer(status, { code, title: "", detail: "", status });

let session: typeof import("./session");
let prompts: typeof import("./prompts");
let sent: Request[];
let tabs: Tabs;
const reload = vi.fn();

/** The other tabs: what is said to them, and what they say. */
class Tabs {
  onmessage: ((said: { data: unknown }) => void) | null = null;
  readonly postMessage = vi.fn();
  constructor() {
    tabs = this;
  }
  say(data: unknown) {
    this.onmessage?.({ data });
  }
}

/** A fresh module, as in a page that was just opened, and a server that answers by path. */
beforeEach(async () => {
  vi.resetModules();
  // One lock at a time, as Web Locks give it.
  let last: Promise<unknown> = Promise.resolve();
  const request = (_: string, held: () => Promise<unknown>) => (last = last.then(held, held));
  vi.stubGlobal("navigator", { ...navigator, languages: ["en"], locks: { request } });
  vi.stubGlobal("BroadcastChannel", Tabs);
  vi.stubGlobal("location", { href: location.href, origin: location.origin, reload });
  reload.mockClear();
  session = await import("./session");
  prompts = await import("./prompts");
  sent = [];
});
afterEach(() => vi.unstubAllGlobals());

function serve(answers: Record<string, () => Response>) {
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(request);
    const found = answers[new URL(request.url).pathname];
    return found ? found() : answer(404);
  });
}

const call = (token: string) =>
  session.authorizedFetch("http://localhost/v1/me", {
    method: "POST",
    body: "typed",
    headers: { authorization: `Bearer ${token}` },
  });

test("many requests at once renew the session once", async () => {
  serve({ "/v1/refresh": () => answer(200, tokens("fresh")) });
  const got = await Promise.all([
    session.accessToken(),
    session.isSignedIn(),
    session.isSignedIn(),
    session.isSignedIn(),
  ]);
  expect(got.slice(1)).toEqual([true, true, true]);
  expect(sent.filter(({ url }) => url.endsWith("/v1/refresh"))).toHaveLength(1);
  expect(await session.accessToken()).toBe("fresh");
});

test("a request whose token is over is sent again with the new one, with all that it said", async () => {
  const me = [() => over("token_expired"), () => answer(200)];
  serve({ "/v1/refresh": () => answer(200, tokens("fresh")), "/v1/me": () => me.shift()?.() ?? answer(500) });
  session.signedIn(tokens("old"));
  expect((await call("old")).status).toBe(200);
  const [, , again] = sent;
  expect(again?.headers.get("authorization")).toBe("Bearer fresh");
  expect(await again?.text()).toBe("typed");
});

test("when the session itself is over, the request waits until somebody signs in again", async () => {
  const me = [() => over("invalid_token"), () => answer(200)];
  serve({ "/v1/refresh": () => over("invalid_token"), "/v1/me": () => me.shift()?.() ?? answer(500) });
  session.signedIn(tokens("old"));
  const waiting = call("old");
  await vi.waitFor(() => expect(prompts.asked()).toBe("sign-in"));
  session.signedIn(tokens("again"));
  prompts.settle(true);
  expect((await waiting).status).toBe(200);
  expect(sent.at(-1)?.headers.get("authorization")).toBe("Bearer again");
});

test("a refusal that nobody lifts is handed on", async () => {
  serve({ "/v1/me": () => over("proof_too_old", 403) });
  session.signedIn(tokens("old"));
  const waiting = call("old");
  await vi.waitFor(() => expect(prompts.asked()).toBe("proof"));
  prompts.settle(false);
  expect((await waiting).status).toBe(403);
  expect(prompts.asked()).toBeUndefined();
});

test("a refusal of rights is no reason to ask anybody anything", async () => {
  serve({ "/v1/me": () => over("forbidden", 403) });
  session.signedIn(tokens("old"));
  expect((await call("old")).status).toBe(403);
  expect(sent).toHaveLength(1);
});

test("a busy server does not end a session", async () => {
  serve({ "/v1/refresh": () => over("unavailable", 503) });
  await expect(session.isSignedIn()).rejects.toMatchObject({ code: "unavailable" });
  serve({ "/v1/refresh": () => answer(200, tokens("fresh")) });
  expect(await session.isSignedIn()).toBe(true);
});

test("who signs out in another tab leaves nothing here, and who signs in there next is nobody here", () => {
  session.signedIn(tokens("old"));
  tabs.say({ kind: "out" });
  expect(reload).toHaveBeenCalledOnce();
  expect(session.current()).toBeUndefined();
  tabs.say({ kind: "in", tokens: tokens("theirs", { tenant: "ten_2", user: "usr_2" }), fresh: true });
  expect(session.current()).toBeUndefined();
});

test("where nobody is signed in, a page stays as it is whoever signs out or in elsewhere", () => {
  tabs.say({ kind: "out" });
  tabs.say({ kind: "in", tokens: tokens("theirs"), fresh: true });
  expect(reload).not.toHaveBeenCalled();
  expect(session.current()?.token).toBe("theirs");
});

test("the same person in another company, or somebody else in the same, is loaded anew", () => {
  session.signedIn(tokens("old"));
  tabs.say({ kind: "in", tokens: tokens("renewed"), fresh: false });
  expect(reload).not.toHaveBeenCalled();
  expect(session.current()?.token).toBe("renewed");
  tabs.say({ kind: "in", tokens: tokens("theirs", { tenant: "ten_2" }), fresh: true });
  expect(reload).toHaveBeenCalledOnce();
  expect(session.isOurs(tokens("again"))).toBe(false);
});

test("a cookie that is somebody else's by now gives nothing here a token, and the page is loaded anew", async () => {
  const theirs = tokens("theirs", { user: "usr_2" });
  serve({ "/v1/refresh": () => answer(200, theirs) });
  session.signedIn(tokens("old", { expires_in: 0 }));
  const given = vi.fn();
  session.accessToken().then(given, given);
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
  expect(session.current()).toBeUndefined();
  expect(tabs.postMessage).toHaveBeenLastCalledWith({ kind: "in", tokens: theirs, fresh: false });
  expect(given).not.toHaveBeenCalled();
});

test("a token that was only renewed is told apart from one for which somebody showed who they are", async () => {
  const heard = vi.fn();
  session.onChange(heard);
  serve({ "/v1/refresh": () => answer(200, tokens("renewed")) });
  session.signedIn(tokens("old", { expires_in: 0 }));
  expect(heard).toHaveBeenLastCalledWith(true);
  expect(await session.accessToken()).toBe("renewed");
  expect(heard).toHaveBeenLastCalledWith(false);
  expect(tabs.postMessage).toHaveBeenLastCalledWith({ kind: "in", tokens: tokens("renewed"), fresh: false });
  tabs.say({ kind: "in", tokens: tokens("shown"), fresh: true });
  expect(heard).toHaveBeenLastCalledWith(true);
});
