// Where to go after Microsoft has sent the browser back: a deep link survives the way there.
import { ownPath } from "~/lib/link";

const KEY = "steward-destination";

export const keepDestination = (to: string): void => sessionStorage.setItem(KEY, to);

export function takeDestination(): string {
  const to = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return ownPath(to);
}
