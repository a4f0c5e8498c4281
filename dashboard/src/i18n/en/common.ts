import { count } from "~/lib/format";

export const common = {
  product: "Steward",
  skip: "Skip to the content",
  loading: "Loading",
  working: "One moment",
  save: "Save",
  saved: "Saved",
  cancel: "Cancel",
  close: "Close",
  hide: "Hide",
  copy: "Copy",
  copied: "Copied",
  again: "Try again",
  more: "Show more",
  kept: "I have copied it",
  /** Closing has no button there: it is Escape, or the way back of a phone. */
  closeAgain: "This is never shown again. Do the same once more to close it without.",
  unsaved: {
    title: "Leave without saving?",
    lead: "What you changed here is not saved.",
    stay: "Stay here",
    leave: "Leave without saving",
  },
  home: "Go to the first page",
  required: "Fill this in.",
  people: (n: number) => count(n, "person", "people"),
  licences: (n: number) => count(n, "licence", "licences"),
  reference: "API reference",
  asTable: "Show as table",
  noAnswer: {
    title: "Steward did not answer",
    detail: "Look at your network connection, then try again. Nothing you typed is lost.",
  },
  unreadable: {
    title: "Something went wrong on our side",
    detail:
      "The answer could not be read. Try again; if it happens again, answer any mail from Steward with the request number.",
  },
  unexpected: { title: "This page stopped", detail: "Load it again to go on." },
  help: "Need help? Answer any mail from Steward: somebody reads it.",
  reload: "Load again",
  notFound: { title: "There is no such page", detail: "The address may be old or misspelt." },
  request: (id: string) => `Request number ${id}`,
  offline: "You are offline. What you see may be old, and changes cannot be made until you are connected.",
  /** Reasons a button does not work. */
  roleLimited: "Your role does not include this. Ask an administrator.",
  readOnly: (owner: boolean) =>
    `Steward changes nothing until it is paid. ${owner ? "Answer any mail from Steward to settle it." : "An owner can settle it."}`,
  theme: { label: "Colours", system: "As this machine", light: "Light", dark: "Dark" },
};
