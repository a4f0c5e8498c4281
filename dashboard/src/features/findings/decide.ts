import { findingsAddException, findingsSnooze } from "~/api/generated/sdk.gen";
import type { FindingId, Remedy } from "~/api/generated/types.gen";
import { text } from "~/ui/form";

/** What Steward can do itself; the rest is done at Microsoft. */
const OURS: readonly Remedy[] = [
  "remove_licences",
  "swap_licences",
  "remove_direct",
  "reprocess",
  "reveal_report_names",
];
export const fixable = (remedy: Remedy): boolean => OURS.includes(remedy);

/** The findings chosen in the list whose fixes are to be previewed after this one. */
export const QUEUE = "steward-queue";

/** A day so many days ahead, here. */
export function dayAhead(days: number): string {
  const on = new Date();
  on.setDate(on.getDate() + days);
  return `${on.getFullYear()}-${String(on.getMonth() + 1).padStart(2, "0")}-${String(on.getDate()).padStart(2, "0")}`;
}

/** The beginning of a day, here. */
const begin = (day: string): string => new Date(`${day}T00:00`).toISOString();

export const snooze = (finding: FindingId, values: FormData) =>
  findingsSnooze({ path: { finding }, body: { until: begin(text(values, "until")) } });

export const accept = (finding: FindingId, values: FormData) =>
  findingsAddException({
    body: {
      finding,
      reason: text(values, "reason"),
      owner: text(values, "owner") || null,
      expires_at: begin(text(values, "expires_at")),
    },
  });
