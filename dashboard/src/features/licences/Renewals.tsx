import { useQuery } from "@tanstack/react-query";
import { insightsListRenewalsOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { RenewalView } from "~/api/generated/types.gen";
import { day, money, number } from "~/lib/format";
import { Copyable } from "~/ui/copy";
import { Part } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { Table } from "~/ui/table";
import { licences as t } from "~texts/licences";

const key = ({ sku, renews_on, seats }: RenewalView): string => `${sku} ${renews_on} ${seats}`;

/** When what was bought renews, and what to give back before it does. */
export function Renewals() {
  const renewals = useQuery(insightsListRenewalsOptions());
  const items = renewals.data?.items ?? [];
  const toGive = items.filter(({ give_back }) => give_back > 0);
  const others = items.filter(({ give_back }) => give_back === 0);
  return (
    <Part title={t.renewals} lead={t.renewalsLead}>
      {renewals.error && <Problem error={renewals.error} onRetry={() => renewals.refetch()} />}
      {renewals.isPending && !renewals.error && <Skeleton rows={3} />}
      {renewals.data && items.length === 0 && <p>{t.renewalsNone}</p>}
      {toGive.length > 0 && (
        <ul className="grid">
          {toGive.map((renewal) => (
            <GiveBack key={key(renewal)} renewal={renewal} />
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <details>
          <summary className="w-fit text-accent underline underline-offset-4">{t.others(others.length)}</summary>
          <div className="mt-4">
            <Table
              caption={t.others(others.length)}
              rows={others}
              id={key}
              columns={[
                { head: t.product, cell: ({ product }) => product },
                { head: t.renewsOn, cell: ({ renews_on }) => day(renews_on) },
                { head: t.seats, cell: ({ seats }) => number(seats), numeric: true },
              ]}
            />
          </div>
        </details>
      )}
    </Part>
  );
}

function GiveBack({ renewal }: { renewal: RenewalView }) {
  const { product, renewed_on, renews_on, reduce_by, give_back, seats, monthly, through_reseller, text } = renewal;
  return (
    <li className="grid gap-1 border-line border-b py-4 first:pt-0 last:border-0 last:pb-0">
      <p className="flex flex-wrap justify-between gap-x-6">
        <strong>{t.reduceBy(day(reduce_by))}</strong>
        {monthly && <span className="tabular-nums">{t.saves(money(monthly))}</span>}
      </p>
      <p>
        {product}: {t.giveBack(give_back, seats)}
      </p>
      <p className="text-dim text-sm">
        {renewed_on ? t.renewed(day(renewed_on), day(reduce_by)) : `${t.renewsOn} ${day(renews_on)}`}
        {through_reseller && `, ${t.reseller}`}
      </p>
      <details>
        <summary className="w-fit text-dim text-sm">{t.words}</summary>
        <div className="mt-2 whitespace-pre-line">
          <Copyable value={text} label={t.words} />
        </div>
      </details>
    </li>
  );
}
