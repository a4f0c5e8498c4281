import type { Money, Totals } from "~/api/generated/types.gen";
import { money } from "~/lib/format";
import { findings as t } from "~texts/findings";
import { AsTable } from "./AsTable";

/**
 * What is paid a month, and which part of it is paid for nothing. A sentence and a table stand behind it; what the page
 * says beside it is not said again.
 */
export function MoneyBar({ totals }: { totals: Totals }) {
  const { spend_monthly: spend, certain_monthly: certain, likely_monthly: likely } = totals;
  const used: Money = {
    ...spend,
    amount_minor: Math.max(0, spend.amount_minor - certain.amount_minor - likely.amount_minor),
  };
  const parts = [
    { name: t.certain, amount: certain, fill: "fill-accent", mark: "bg-accent" },
    { name: t.likely, amount: likely, fill: "fill-accent/50", mark: "bg-accent/50" },
    { name: t.rest, amount: used, fill: "fill-well", mark: "border border-edge bg-well", said: true },
  ];
  const total = Math.max(1, spend.amount_minor);
  let at = 0;
  return (
    <figure className="grid gap-3">
      <svg
        viewBox="0 0 100 4"
        preserveAspectRatio="none"
        className="h-4 w-full rounded-full"
        role="img"
        aria-label={t.barLabel(money(spend), money(certain), money(likely))}
      >
        {parts.map(({ name, amount, fill }) => {
          const width = (100 * amount.amount_minor) / total;
          const x = at;
          at += width;
          return <rect key={name} x={x} width={width} height="4" className={`${fill} stroke-card`} strokeWidth="0.3" />;
        })}
      </svg>
      <figcaption className="grid gap-2">
        <ul className="flex flex-wrap gap-x-6 gap-y-1">
          {parts.map(({ name, amount, mark, said }) => (
            <li key={name} className="flex items-center gap-2">
              <span aria-hidden="true" className={`size-3 rounded-sm ${mark}`} />
              {said && <strong className="tabular-nums">{money(amount)}</strong>} {name}
            </li>
          ))}
        </ul>
        <AsTable caption={t.barCaption} of={t.part} rows={parts} />
      </figcaption>
    </figure>
  );
}
