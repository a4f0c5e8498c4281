import type { FixState } from "~/api/generated/types.gen";

/** What Steward changed, and how to take it back. */
export const changes = {
  title: "Changes",
  lead: "Everything Steward changed in your Microsoft 365, the newest first.",
  none: "No changes made yet",
  noneLead: "We only read data until you press Apply.",
  states: {
    scheduled: "Planned",
    queued: "Waiting",
    running: "Under way",
    finished: "Done",
    cancelled: "Called off",
    undo_queued: "Undo is waiting",
    undoing: "Being undone",
    undone: "Undone",
  } satisfies Record<FixState, string>,
  tally: ({ done, failed, skipped, pending }: { done: number; failed: number; skipped: number; pending: number }) =>
    [
      `${done} done`,
      failed > 0 && `${failed} refused by Microsoft`,
      skipped > 0 && `${skipped} left alone`,
      pending > 0 && `${pending} not shown by Microsoft yet`,
    ]
      .filter(Boolean)
      .join(" · "),
  undo: "Undo",
  undoing: "It is being undone.",
  more: "Show more",
};
