import { numbersFollow } from "~/api/changed";
import { toast } from "~/ui/toast";

/** Says what was decided; findings follow it within seconds. */
export function follow(told: string, bad = false): Promise<void> {
  toast(told, bad);
  return numbersFollow();
}
