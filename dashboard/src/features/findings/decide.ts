import { findingsAddException, findingsSnooze } from "~/api/generated/sdk.gen";
import type { FindingId, PersonId } from "~/api/generated/types.gen";
import { endOf, instant } from "~/lib/days";
import { text } from "~/ui/form";

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
      expires_at: endOf(text(values, "expires_at")),
    },
  });
