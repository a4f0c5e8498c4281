import type { PersonStatus as Kind } from "~/api/generated/types.gen";
import { Status } from "~/ui/states";

const tones = {
  active: "good",
  not_used: "warn",
  never_used: "warn",
  left: "warn",
  shared_mailbox: "quiet",
  guest: "quiet",
  unknown: "quiet",
} as const satisfies Record<Kind, string>;

/** How somebody uses what they have, in a word. */
export function PersonStatus({ status, text }: { status: Kind; text: string }) {
  return <Status tone={tones[status]}>{text}</Status>;
}
