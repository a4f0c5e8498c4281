import type { NotEvaluated as Item } from "~/api/generated/types.gen";
import { ShowNames } from "~/features/fixes/ShowNames";
import { Notice } from "~/ui/states";
import { findings as t } from "~texts/findings";

/** What could not be looked at, and why: never told as passed or failed. */
export function NotEvaluated({ items }: { items: readonly Item[] }) {
  if (items.length === 0) return null;
  const concealed = items.some(({ reason }) => reason === "names_concealed");
  return (
    <Notice icon="info" title={t.notEvaluated} action={concealed && <ShowNames />}>
      <p>{t.notEvaluatedLead}</p>
      <ul className="mt-2 grid list-disc gap-1 ps-5">
        {items.map(({ check, detail, reason }) => (
          <li key={check + reason}>{detail}</li>
        ))}
      </ul>
    </Notice>
  );
}
