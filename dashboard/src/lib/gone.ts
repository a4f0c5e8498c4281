// What a deployment takes away from the pages that are open: the files they would load next.
import { keep, kept } from "./kept";

/** Two deployments are further apart; what is still missing so soon is missing on the new page as well. */
const AGAIN_MS = 60_000;
const NAME = "loaded-again-at";
const failed = new WeakSet<object>();

/** Remembers which errors are of files that did not come. */
export const watchFiles = (): void =>
  addEventListener("vite:preloadError", ({ payload }) => {
    failed.add(payload);
  });

/** Whether loading the page again may bring what an error says is missing. It says so once a while, so nothing loops. */
export function mayLoadAgain(error: unknown, now = Date.now()): boolean {
  if (typeof error !== "object" || error === null || !failed.has(error) || !navigator.onLine) return false;
  if (now - (kept<number>(NAME) ?? 0) < AGAIN_MS) return false;
  keep(NAME, now);
  // Where nothing is kept nothing would end it.
  return kept(NAME) === now;
}
