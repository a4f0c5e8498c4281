import { day } from "~/lib/format";
import { Notice } from "~/ui/states";
import { shell as t } from "~texts/shell";
import { useMe } from "./me";

/** On every page while not everything works, or soon will not: what happened, what works, until when, who mends it. */
export function Standing() {
  const standing = useMe().data?.standing;
  if (!standing) return null;
  const { what, works, until, then, mend } = standing;
  return (
    <Notice tone="warn" icon="warn" title={what}>
      <p>
        {works} {until && t.until(day(until))} {then}
      </p>
      <p>{mend}</p>
    </Notice>
  );
}
