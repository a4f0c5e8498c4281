import type { Answer, AttestationState, Outcome, Proposal } from "~/api/generated/types.gen";
import { count, number } from "~/lib/format";

/** Living with a finding, putting it off, asking a manager. */
export const deciding = {
  title: "Not now, or not at all",
  lead: "None of this changes anything at Microsoft.",

  snooze: "Put it off",
  snoozeLead: "It is not among what to do next until then. Its money still counts.",
  snoozeUntil: "Until",
  snoozed: (on: string) => `Put off until ${on}.`,
  wake: "Take it up again",
  woken: "It is among what to do next again.",

  accept: "Accept it as it is",
  acceptLead: "It stays in the list as accepted and counts in no saving until the day it ends.",
  reason: "Why",
  reasonHint: "Whoever looks at this next year reads it.",
  owner: "Who answers for it",
  expires: "Until",
  accepted: "Accepted. The numbers follow within seconds.",
  isAccepted: "Accepted as it is",
  isPartly: "Partly accepted as it is",
  since: (state: string, on: string) => `${state} since ${on}`,
  exception: (reason: string, owner: string, until: string | undefined) =>
    `“${reason}” ${owner} answers for it${until ? `, until ${until}` : ""}.`,
  onePerson: "Only one person.",
  somebody: "Somebody who left the team",
  end: "Count it again",
  ended: "It counts again within seconds.",

  ask: "Ask the manager",
  askLead:
    "Their manager gets a mail with one question: are the licences still needed? Steward decides nothing by itself.",
  askWhom: "Whom it is about",
  askMost: (n: number) => `At most ${number(n)} people at a time.`,
  askTo: "Who is asked",
  askTheir: "Their manager",
  days: "Days to answer",
  asked: (n: number) => `${count(n, "question is", "questions are")} on the way.`,
  outcomes: {
    asked: "asked",
    asked_before: "asked before",
    no_manager: "no manager with an address of your company, so nobody was asked",
  } satisfies Record<Outcome, string>,

  questions: "What managers said",
  person: "Person",
  manager: "Asked",
  state: "Answer",
  next: "What follows",
  states: {
    open: "No answer yet",
    answered: "Answered",
    expired: "No answer in time",
  } satisfies Record<AttestationState, string>,
  answers: {
    still_needed: "Still needed",
    not_needed: "Not needed",
    ask_later: "Ask later",
  } satisfies Record<Answer, string>,
  proposes: {
    exception: "Accept it for this person",
    remove: "The licence can go: preview the fix",
  } satisfies Record<Proposal, string>,
  until: (on: string) => `until ${on}`,

  history: "Changes made for this",

  bulk: {
    select: (headline: string) => `Choose: ${headline}`,
    chosen: (n: number) => `${count(n, "finding", "findings")} chosen`,
    none: "Choose nothing",
    review: (n: number) => `Preview ${count(n, "fix", "fixes")}`,
    noFix: "None of these can be fixed by Steward.",
    next: (n: number) => `Next preview, ${number(n)} to go`,
    stop: "Leave the rest",
    snooze: "Put off",
    accept: "Accept",
    snoozed: (n: number) => `${count(n, "finding is", "findings are")} put off.`,
    accepted: (n: number) => `${count(n, "finding is", "findings are")} accepted.`,
    failed: (headline: string, why: string) => `${headline}: ${why}`,
  },
};
