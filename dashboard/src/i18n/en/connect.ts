import type { Phase } from "~/api/generated/types.gen";
import { count } from "~/lib/format";

const phases: Record<Phase, string> = {
  seats: "Looking at what you bought",
  people: "Counting your people",
  usage: "Looking at who is active",
  evaluating: "Working out what it costs",
  done: "Done",
};

export const connect = {
  title: "Connect Microsoft 365",
  lead: "It takes about a minute. You need an administrator account of your Microsoft 365.",
  reads: "What we read",
  readList: [
    "What licences you bought, and when they renew",
    "Names and addresses of your people, their licences and groups",
    "When somebody was last active, as a day; not what they did",
  ],
  never: "What we never read",
  neverList: ["Mail", "Files", "Chats and meetings", "Passwords"],
  readOnly: "We only read. Changing anything needs another agreement, which we ask for when you first want it.",
  unverified: "Microsoft shows who asks, and what for. You can take it back at any time, here or at Microsoft.",
  go: "Connect at Microsoft",
  send: "I am not the administrator: send them a link",
  sendLead: "Whoever connects needs an account here. Invite your administrator as one, and they get a link by mail.",
  invite: "Invite your administrator",
  connected: (name: string) => `${name} is connected.`,
  callback: {
    title: "Connecting",
    lead: "Microsoft has sent you back. One moment.",
    failed: "Nothing was connected",
    again: "Begin again",
  },
  welcome: {
    title: "Your first check",
    lead: "You can close this page. We send a mail when it is done.",
    before: "Looking for the first number",
    unit: "a month could be saved",
    done: "That is what we found.",
    see: "See what to do",
    steps: "What is being looked at",
    people: (n: number) => `Found ${count(n, "person", "people")}`,
    types: (n: number) => `Priced ${count(n, "licence type", "licence types")}`,
    phase: (phase: Phase) => phases[phase],
    finished: "done",
    now: "now",
    later: "then",
    slow: "Microsoft is slow at the moment. We go on by ourselves and send a mail when it is done.",
    paused: "Microsoft asked us to wait a little. We go on by ourselves.",
  },
};
