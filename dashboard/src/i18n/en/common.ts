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
  copy: "Copy",
  copied: "Copied",
  again: "Try again",
  more: "Show more",
  home: "Go to the first page",
  back: "Back",
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
    detail: "The answer could not be read. Try again; if it happens again, send us the request number.",
  },
  unexpected: { title: "This page stopped", detail: "Nothing was changed. Load it again to go on." },
  reload: "Load again",
  notFound: { title: "There is no such page", detail: "The address may be old or misspelt." },
  request: (id: string) => `Request number ${id}`,
  offline: "You are offline. What you see may be old; changes wait until you are connected.",
  /** Reasons a button does not work. */
  roleLimited: "Your role does not include this. Ask an administrator.",
  theme: { label: "Colours", system: "As this machine", light: "Light", dark: "Dark" },
};
