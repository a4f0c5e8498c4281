import type { Remedy } from "~/api/generated/types.gen";

/** What Steward can do itself; the rest is done at Microsoft. */
const OURS: readonly Remedy[] = [
  "remove_licences",
  "swap_licences",
  "remove_direct",
  "reprocess",
  "reveal_report_names",
];
export const fixable = (remedy: Remedy): boolean => OURS.includes(remedy);
