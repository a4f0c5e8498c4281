import type { FixState, ItemState } from "~/api/generated/types.gen";
import { count, number } from "~/lib/format";

interface Numbers {
  open: number;
  done: number;
  failed: number;
  skipped: number;
  pending: number;
}

/** What Steward changed, and how to take it back. */
export const changes = {
  title: "Changes",
  lead: "Everything Steward changed in your Microsoft 365, the newest first.",
  none: "No changes made yet",
  noneLead: "We only read data until you press Apply.",
  seeSavings: "See what could be saved",
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
  partly: "Partly done",
  notDone: "Not done",
  partlyUndone: "Partly undone",
  items: {
    waiting: "Waiting",
    intended: "Under way",
    written: "Under way",
    done: "Done",
    failed: "Refused",
    skipped: "Left alone",
    pending: "Not shown yet",
  } satisfies Record<ItemState, string>,
  undoItems: {
    waiting: "Waiting",
    intended: "Under way",
    written: "Under way",
    done: "Put back",
    failed: "Refused",
    skipped: "Left alone",
    pending: "Not shown yet",
  } satisfies Record<ItemState, string>,
  tally: ({ open, done, failed, skipped, pending }: Numbers, back = false) =>
    [
      `${number(done)} ${back ? "put back" : "done"}`,
      open > 0 && `${number(open)} to go`,
      failed > 0 && `${number(failed)} refused by Microsoft`,
      skipped > 0 && `${number(skipped)} left alone`,
      pending > 0 && `${number(pending)} not shown by Microsoft yet`,
    ]
      .filter(Boolean)
      .join(" · "),
  by: (name: string, when: string) => `${name}, ${when}`,
  somebody: "Somebody who left the team",
  begins: (when: string) => `Begins ${when}`,
  saves: (amount: string) => `saves ${amount} a month`,
  undo: "Undo",
  undoTitle: (headline: string) => `Undo “${headline}”`,
  undoLead: (n: number) =>
    `What was there before comes back for ${count(n, "person", "people")}. What somebody changed since stays as they set it.`,
  undoSetting: "The setting is put back as it was before.",
  undoAct: "Put it back",
  undoing: "It is being undone.",
  cancel: "Call it off",
  cancelTitle: (headline: string) => `Call off “${headline}”`,
  cancelLead: "It has not begun. Nothing is changed.",
  cancelled: "Called off. Nothing was changed.",
  retry: "Retry failed",
  retrying: "What failed is tried again.",

  one: {
    back: "All changes",
    gone: "There is no such change",
    from: "See what was found",
    progress: (done: number, of: number) => `${number(done)} of ${number(of)}`,
    progressLabel: "How far it is",
    live: "You can leave this page. It goes on, and you get a mail when it is done.",
    waits: "Another change is under way. This one begins after it.",
    stopped: "It stopped before the end",
    next: "Then, at Microsoft",
    nextLead: "Licences that nobody has are paid for until you buy fewer.",
    each: "Each change",
    person: "Person",
    what: "What",
    result: "Result",
    undone: "Undo",
    finished: (headline: string) => `Finished: ${headline}`,
  },
};
