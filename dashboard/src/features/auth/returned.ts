import type { Returned } from "~/api/generated/types.gen";

/** What Microsoft put into the address it sent the browser back to, as it came. */
export function returned(): Returned {
  const query = new URLSearchParams(location.search);
  const sent = (name: string) => query.get(name) ?? undefined;
  return {
    state: sent("state") ?? "",
    code: sent("code"),
    error: sent("error"),
    error_description: sent("error_description"),
    error_subcode: sent("error_subcode"),
    session_state: sent("session_state"),
  };
}
