import type { Certainty, Remedy, Stake, UndoClass } from "~/api/generated/types.gen";
import { count, number } from "~/lib/format";

/** Who acts on it. */
const remedies: Record<Remedy, string> = {
  remove_licences: "taking licences back",
  swap_licences: "a smaller licence instead",
  remove_direct: "taking a licence back that a group gives as well",
  reprocess: "Microsoft assigning the licences anew",
  reveal_report_names: "showing names in Microsoft's reports",
  guided: "you do this at Microsoft",
  reduce_at_microsoft: "you do this at Microsoft",
  reduce_at_reseller: "you ask your reseller",
  renew_or_move: "renew it, or move people",
};
const undos = (undo: UndoClass): string =>
  undo.type === "reversible"
    ? "Can be undone"
    : undo.type === "until"
      ? `Can be undone for ${undo.days} days`
      : "Cannot be undone";
const certainties: Record<Certainty, string> = { certain: "Certain", likely: "Likely" };

export const findings = {
  headline: (amount: string) => `You could save ${amount} a month.`,
  certain: "certain",
  likely: "likely",
  saved: "saved so far",
  rest: "in use",
  spend: (amount: string, licences: number) =>
    `You pay ${amount} a month for ${count(licences, "licence", "licences")}.`,
  barLabel: (spend: string, certain: string, likely: string) =>
    `Of ${spend} a month, ${certain} is certainly and ${likely} is likely paid for nothing.`,
  barCaption: "What you pay a month, and what of it is for nothing",
  part: "Part",
  perMonth: "A month",
  basis: "Excl. VAT, by Microsoft's list prices unless you entered yours.",
  basisOf: (source: string, on: string) => `Excl. VAT, by prices of ${on} (${source}).`,
  basisOwn: "Excl. VAT, by the prices you entered.",
  basisMixed: (source: string, on: string) =>
    `Excl. VAT, by the prices you entered, the rest by prices of ${on} (${source}).`,
  listPrices: "list prices",
  enterPrices: "Enter what you pay",
  next: "Do these next",
  saves: (amount: string) => `saves ${amount} a month`,
  savesFrom: (amount: string, on: string) => `saves ${amount} a month, from ${on}`,
  noPrice: "no price known",
  noMoney: "saves no money",
  review: "Review",
  showHow: "Show me how",
  undoable: (undo: UndoClass) => undos(undo).toLowerCase(),
  all: (n: number) => `See all ${number(n)} and where they come from`,
  where: "See where it comes from",
  checked: (ago: string) => `Checked ${ago}`,
  nextCheck: (when: string) => `next check ${when}`,
  checkNow: "Check now",
  checking: "Checking now",
  began: "The check has begun. The numbers change when it is done.",
  promise: "We only read data until you press Apply. Every change is listed and can be reviewed in Changes.",
  since: {
    title: "Since last month",
    titleFirst: "Since your first check",
    caption: "What you could save, on each day that changed it",
    day: "Since",
    found: (then: string, now: string) => `${then} → ${now} found`,
    first: (on: string) => `Your first check was on ${on}.`,
    same: "As much as a month ago.",
    sameAsThen: "As much as then.",
    changed: (more: boolean, by: string, unassigned: number, findings: number) => {
      // What explains it goes the same way as the amount.
      const goes = (n: number) => (more ? n > 0 : n < 0);
      const because = goes(unassigned)
        ? `: ${count(Math.abs(unassigned), "unassigned licence", "unassigned licences")} ${more ? "more" : "fewer"}`
        : goes(findings)
          ? `: ${count(Math.abs(findings), "finding", "findings")} ${more ? "more" : "fewer"}`
          : "";
      return `Waste ${more ? "grew" : "fell"} by ${by}${because}.`;
    },
  },
  begin: {
    title: "Getting started",
    hide: "Hide this list",
    connected: "Microsoft 365 is connected",
    done: "(done)",
    steps: {
      prices: "Check your prices",
      review: "Look at the first saving",
      mails: "Choose your e-mails",
      invite: "Invite a colleague",
    },
  },
  goodTitle: "You use what you pay for.",
  goodSaved: (month: string, year: string) => `You save ${month} a month: ${year} in a year.`,
  nothingLeft: (next: string | undefined) =>
    next ? `Nothing is left to save. We look again ${next}.` : "Nothing is left to save.",
  good: (used: number, bought: number) =>
    `${number(used)} of ${number(bought)} licences are assigned, and nothing in them is wasted.`,
  zeroTitle: "No savings known yet: prices are missing.",
  zero: (n: number) =>
    `${count(n, "finding", "findings")} to look at. Tell us what you pay to see what you could save.`,
  stale: (ago: string) => `These numbers are from ${ago}.`,
  staleLead: "Check now for those of today.",
  /** Why there is no check of today, and what can be done. */
  troubles: {
    disconnected: {
      title: "Your Microsoft 365 is disconnected.",
      lead: "There is no check until it is connected again.",
    },
    consent_lost: {
      title: "Steward cannot read your Microsoft 365 any more.",
      lead: "An administrator has to connect it again.",
    },
    permission_missing: {
      title: "Microsoft refused the last check.",
      lead: "A permission Steward needs is missing. An administrator has to connect it again.",
    },
    slow: { title: "Microsoft did not answer the last check.", lead: "The next check begins by itself." },
    failed: {
      title: "The last check did not finish.",
      lead: "Try again now; if it happens again, answer any mail from Steward.",
    },
  },
  kept: "What you see is from the last check that finished.",
  connectAgain: "Connect again",
  connectFirst: "Connect your Microsoft 365 first.",
  paused: "Microsoft asked us to wait.",
  pausedLead: "The check goes on by itself. What you see is from the one before.",
  firstCheck: {
    title: "Your first check has not finished.",
    lead: "What it finds is listed here.",
    go: "See how far it is",
  },
  notConnected: {
    title: "Connect your Microsoft 365",
    lead: "It takes about a minute. Then you see what you pay for nothing.",
    go: "Connect Microsoft 365",
    ask: "Ask an administrator to connect it; your role does not include that.",
  },
  unpriced: (n: number) => `${count(n, "licence type has", "licence types have")} no price`,
  unpricedLead: "What they could save is not in the numbers.",
  seeLicences: "See licences",
  notEvaluated: "What could not be looked at",
  notEvaluatedLead: "We could not tell, so it is in none of the numbers.",
  showNames: "Show names in reports",

  title: "Savings",
  lead: (amount: string) => `${amount} a month, by reason.`,
  filter: "Show",
  reason: "Reason",
  filters: { all: "All", certain: "Certain", likely: "Likely", unpriced: "Without money" },
  noneTitle: "No waste found.",
  none: (used: number, bought: number) => `You are using ${number(used)} of ${number(bought)} licences.`,
  filterNone: "Nothing of this kind.",
  showAll: "Show all",
  certainty: (certainty: Certainty) => certainties[certainty],
  remedy: (remedy: Remedy) => remedies[remedy],
  askBy: (remedy: Remedy, on: string) =>
    remedy === "reduce_at_reseller" ? `ask your reseller by ${on}` : `ask Microsoft by ${on}`,
  undo: undos,
  how: "How",
  from: (on: string) => `From ${on}`,

  detail: {
    back: "All savings",
    gone: "This is settled",
    goneSince: (on: string, headline: string) => `Gone since ${on}: “${headline}”. No check since then has found it.`,
    goneLead: "No check finds it. What a finding said is kept for a year after it was settled.",
    month: "a month",
    year: (amount: string) => `${amount} a year`,
    thisYear: (amount: string) => `${amount} of that this year`,
    costs: "By department",
    department: "Department",
    noDepartment: "No department",
    atLeast: (amount: string) => `at least ${amount}`,
    parts: "When you pay less",
    partsLead: "You pay less from the next renewal at which you buy fewer licences.",
    when: "When",
    now: "At once",
    seats: "Licences",
    amount: "A month",
    noPrice: "No price is known for this, so no amount is shown. That is not zero.",
    noMoney: (stake: Stake["type"], cost: string | null | undefined) => {
      if (cost) return `It will cost ${cost} a month.`;
      return stake === "counted_by" ? "Its money is counted in another finding." : "This one is not about money.";
    },
    happens: "If you act on it",
    changes: "What changes",
    notice: "What your people will notice",
    undo: "How it is undone",
    guards: "Look at this first",
    people: "People",
    peopleNone: "Nobody has these licences, so nobody is affected.",
    person: "Person",
    holds: "Licences",
    fromGroup: "from a group",
    counted: "counted in another saving",
    fixed: "fixed",
    fixedOf: (fixed: number, people: number) =>
      `${number(fixed)} of ${count(people, "person", "people")} ${fixed === 1 ? "is" : "are"} fixed. The next check sees it.`,
    evidence: "What we saw",
    what: "What",
    value: "Value",
    source: "Where it comes from",
    technical: "Technical details",
    since: (on: string) => `First found ${on}`,
    advice: { review: "Look first", remove: "Can go", keep: "Keep" },
  },
};
