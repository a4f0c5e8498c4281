// Where to go after Microsoft has sent the browser back: a deep link survives the way there.
import { forget, keep, kept } from "~/lib/kept";
import { ownPath } from "~/lib/link";

const KEY = "steward-destination";

export const keepDestination = (to: string): void => keep(KEY, to);

export function takeDestination(): string {
  const to = kept(KEY);
  forget(KEY);
  return ownPath(to);
}
