import { afterEach, beforeEach, expect, test, vi } from "vitest";

const tokens = (access_token: string, expires_in = 900) => ({
  access_token,
  expires_in,
  token_type: "Bearer",
  tenant: "ten_1",
  user: "usr_1",
});
const answer = (status: number, body: unknown = {}) => new Response(JSON.stringify(body), { status });
const over = (code: string, status = 401) => answer(status, { code, title: "", detail: "", status });

let session: typeof import("./session");
let prompts: typeof import("./prompts");
let sent: Request[];

/** A fresh module, as in a page that was just opened, and a server that answers by path. */
beforeEach(async () => {
  vi.resetModules();
  // One lock at a time, as Web Locks give it.
  let last: Promise<unknown> = Promise.resolve();
  const request = (_: string, held: () => Promise<unknown>) => (last = last.then(held, held));
  vi.stubGlobal("navigator", { ...navigator, languages: ["en"], locks: { request } });
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
