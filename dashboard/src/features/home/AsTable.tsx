import type { Money } from "~/api/generated/types.gen";
import { money } from "~/lib/format";
import { common } from "~texts/common";
import { findings as t } from "~texts/findings";

/** The amounts behind a chart, for who asks for them. `of` is what they are of, by its head. */
export function AsTable({
  caption,
  of,
  rows,
}: {
  caption: string;
  of: string;
  rows: readonly { name: string; amount: Money }[];
}) {
  return (
    <details className="text-sm">
      <summary className="w-fit text-dim">{common.asTable}</summary>
      <table className="mt-2">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            <th scope="col" className="pe-6 text-start font-medium text-dim">
              {of}
            </th>
            <th scope="col" className="text-end font-medium text-dim">
              {t.perMonth}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, amount }) => (
            <tr key={name}>
              <td className="pe-6">{name}</td>
              <td className="text-end tabular-nums">{money(amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
