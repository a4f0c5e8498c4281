import { count, number } from "~/lib/format";

export const trends = {
  title: "Trends",
  lead: "What you pay, what is wasted, and what you saved.",
  periods: { 30: "30 days", 90: "90 days", 365: "A year" },
  time: "Time",

  money: "What you pay and what is wasted",
  perMonth: "Amounts are a month, excl. VAT.",
  spend: "You pay",
  waste: "For nothing",
  soFar: "Saved so far",
  wasteBefore: "For nothing, the time before",
  compare: "Compare with the time before",
  compared: "This time and the one before",
  perMonthShort: "A month",
  endNow: "At the end of this time",
  endBefore: "At the end of the one before",
  difference: "Difference",
  noneBefore: "There was no check in the time before, so there is nothing to compare with.",
  exportDays: "Download the days as a file",
  day: "Day",
  noCheck: "no check",
  seats: "Licences bought and used",
  bought: "Bought",
  assigned: "Assigned",
  tooFew: "Two checks are needed to draw a line.",
  tooFewLead: (done: number, next: string | undefined) =>
    `${done === 0 ? "None was made in this time." : "One was made in this time."} ${
      next ? `The next runs by itself ${next}.` : "They run every day by themselves once Microsoft 365 is connected."
    }`,
  pay: (amount: string, was: string | undefined, on: string) =>
    was ? `You pay ${amount} a month. On ${on} it was ${was}.` : `You pay ${amount} a month, as on ${on}.`,
  wasted: (amount: string, was: string | undefined) =>
    was ? `${amount} of it is for nothing. It was ${was}.` : `${amount} of it is for nothing, as before.`,
  savedSoFar: (amount: string, was: string | undefined) =>
    was ? `${amount} is saved so far. It was ${was}.` : `${amount} is saved so far.`,
  seatsSame: (bought: number, assigned: number) =>
    `${count(bought, "licence is", "licences are")} bought, as before. ${number(assigned)} are assigned.`,
  seatsChanged: (was: number, bought: number, assigned: number) =>
    `${count(bought, "licence is", "licences are")} bought. It was ${number(was)}. ${number(assigned)} are assigned.`,
  gaps: (n: number) => `${count(n, "day", "days")} without a check ${n === 1 ? "is" : "are"} left open.`,

  ledger: "What you saved",
  ledgerLead:
    "Found is what could be saved. Approved is what you acted on. Saved is what you really stopped paying for.",
  ledgerNone: "Nothing yet. Months appear once a check has finished.",
  found: "Found",
  approved: "Approved",
  realised: "Saved",
  month: "Month",
  savedNothing: "Nothing is saved yet.",
  approvedOnly: (amount: string) => `Nothing is saved yet. ${amount} a month is approved and follows at the renewal.`,
  saved: (amount: string, seats: number) =>
    `You pay ${amount} a month less: ${count(seats, "licence is", "licences are")} given back.`,
  withoutPrice: (n: number) =>
    `${count(n, "licence", "licences")} given back had no known price and ${n === 1 ? "is" : "are"} not in it.`,
  whosePrices: {
    list: "Saved is excl. VAT, by Microsoft's list prices of the day it was saved.",
    own: "Saved is excl. VAT, by the prices you entered.",
    mixed: "Saved is excl. VAT, by the prices you entered, the rest by Microsoft's list prices of the day.",
  },
  export: "Download the ledger as a file",
  exportDepartments: "Download the departments as a file",

  departments: "By department",
  departmentsLead: "What could go now and what you approved in the past year, by where people work.",
  unpriced: (n: number) => `and ${count(n, "licence", "licences")} without a known price`,
  unpricedLead: "Licences without a known price are in none of these amounts.",
  tellPrice: "Tell us what you pay",
  department: "Department",
  noDepartment: "Without one",
  people: "People",
  costs: "They cost",
  could: "Could go",
};
