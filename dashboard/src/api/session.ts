// Who is signed in here. The access token lives in memory; the refresh token in a cookie that no script can read. One
// tab at a time trades it in (Web Locks), and tells the others (BroadcastChannel).
import { type ApiError, apiError } from "./error";
import type { Tokens } from "./generated/types.gen";
import { ask } from "./prompts";

interface Session {
  token: string;
  /** By this machine's monotonic clock: it may be set wrong, or set back. */
  until: number;
  user: string;
  tenant: string;
}

type Told = { kind: "in"; tokens: Tokens; fresh: boolean } | { kind: "out" };

/** A token is traded in this long before its end, so that none ends on its way. */
const EARLY_MS = 20_000;
/** What says that a token is no good, rather than its owner. */
const OVER = new Set(["missing_credentials", "invalid_token", "token_expired"]);

let session: Session | undefined;
const listeners = new Set<(fresh: boolean) => void>();
const channel = new BroadcastChannel("steward-session");

channel.onmessage = ({ data }: MessageEvent<Told>) => {
  if (data.kind === "in" && (!session || isOurs(data.tokens))) return become(of(data.tokens), data.fresh);
  // Nobody, somebody else, or another company: nothing on this page is theirs.
  if (session) loadAnew();
};

export const current = (): Session | undefined => session;

/** Whether tokens are of who is signed in here, in the same company. */
export const isOurs = ({ user, tenant }: Tokens): boolean => session?.user === user && session.tenant === tenant;

/** Tells of every other token, and whether somebody has just shown who they are for it. */
export function onChange(listener: (fresh: boolean) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Signed in, here and in the other tabs: by showing who one is, unless the token is not `fresh` but renewed. */
export function signedIn(tokens: Tokens, fresh = true): void {
  tell({ kind: "in", tokens, fresh });
  become(of(tokens), fresh);
}

/** Signed in as somebody else, or to another company: nothing that stands on this page, or was typed here, is theirs. */
export function startAnew(tokens: Tokens, to = "/"): void {
  tell({ kind: "in", tokens, fresh: true });
  become(undefined);
  location.assign(to);
}

/** Signed out, here and in the other tabs. */
export function signedOut(): void {
  tell({ kind: "out" });
  become(undefined);
}

/** Whether somebody is signed in, after trading in the cookie where that is not known yet. */
export async function isSignedIn(): Promise<boolean> {
  return good() || renew(session?.token);
}

/** An access token for a request; none where nobody is signed in. */
export async function accessToken(): Promise<string | undefined> {
  if (session && !good()) await renew(session.token);
  return session?.token;
}

let renewing: Promise<boolean> | undefined;

/** Trades the cookie in, unless another tab or request has replaced `stale` meanwhile. */
export function renew(stale: string | undefined): Promise<boolean> {
  renewing ??= navigator.locks
    .request("steward-session", async () => {
      if (good() && session?.token !== stale) return true;
      return trade();
    })
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

async function trade(): Promise<boolean> {
  for (let tries = 0; ; tries++) {
    const answer = await send(
      new Request("/v1/refresh", {
        method: "POST",
        headers: { "content-type": "application/json", "x-steward-client": "browser" },
        body: "{}",
      }),
    );
    if (answer.ok) {
      const tokens = (await answer.json()) as Tokens;
      if (!session || isOurs(tokens)) {
        signedIn(tokens, false);
        return true;
      }
      // The cookie is of somebody else by now: what waits for a token is to go nowhere.
      tell({ kind: "in", tokens, fresh: false });
      loadAnew();
      return new Promise(() => undefined);
    }
    const error = apiError(await answer.text(), answer);
    if (answer.status === 401) return false;
    if (error.code !== "refresh_in_progress" || tries > 4) throw error;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/**
 * `fetch` for the API. A request that is refused because the session is over waits until somebody signs in again, and
 * one that wants a fresh proof until it is given; then it is sent once more. Nothing that was typed is lost.
 */
export async function authorizedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  for (let tries = 0; ; tries++) {
    const answer = await send(request.clone());
    const sent = request.headers.get("authorization")?.slice("Bearer ".length);
    if (answer.ok || sent === undefined || tries > 2) return answer;
    const { code } = apiError(await answer.clone().text(), answer);
    if (answer.status === 401 && OVER.has(code)) {
      if (!(await renew(sent)) && !(await ask("sign-in"))) return answer;
    } else if (code !== "proof_too_old" || !(await ask("proof"))) {
      return answer;
    }
    request.headers.set("authorization", `Bearer ${session?.token}`);
  }
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw apiError(error) satisfies ApiError;
  }
}

function of(tokens: Tokens): Session {
  const until = performance.now() + tokens.expires_in * 1000;
  return { token: tokens.access_token, until, user: tokens.user, tenant: tokens.tenant };
}

const good = (): boolean => session !== undefined && performance.now() < session.until - EARLY_MS;

function become(next: Session | undefined, fresh = false): void {
  session = next;
  for (const listener of listeners) listener(fresh);
}

/** Loads the page without what it shows and what was typed. Who signs in until then does so on the page to come. */
function loadAnew(): void {
  channel.onmessage = null;
  become(undefined);
  location.reload();
}

function tell(told: Told): void {
  channel.postMessage(told);
}
