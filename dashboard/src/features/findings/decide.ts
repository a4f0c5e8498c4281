import { findingsAddException, findingsSnooze } from "~/api/generated/sdk.gen";
import type { FindingId, PersonId, Remedy } from "~/api/generated/types.gen";
import { instant } from "~/lib/days";
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

export const snooze = (finding: FindingId, values: FormData) =>
  findingsSnooze({ path: { finding }, body: { until: instant(text(values, "until")) } });

/** Accepts a finding, or what it says of one person. */
export const accept = (finding: FindingId, values: FormData, person?: PersonId) =>
  findingsAddException({
    body: {
      finding,
      person: person ?? null,
      reason: text(values, "reason"),
      owner: text(values, "owner") || null,
      expires_at: instant(text(values, "expires_at")),
    },
  });
