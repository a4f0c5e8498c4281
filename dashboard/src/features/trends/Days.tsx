import { useQuery } from "@tanstack/react-query";
import { insightsTrendsOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { Measured, Money, TrendDay } from "~/api/generated/types.gen";
import { day, money, number } from "~/lib/format";
import { Part } from "~/ui/page";
import { Empty, Problem, Skeleton } from "~/ui/states";
import { Table } from "~/ui/table";
import { trends as t } from "~texts/trends";
import { LineChart } from "./Chart";
import { measuredPart } from "./series";

const wasted = ({ certain, likely }: Measured): Money => ({
  ...certain,
  amount_minor: certain.amount_minor + likely.amount_minor,
});

/** Money and licences, day by day. */
export function Days({ from }: { from: string }) {
  const trends = useQuery(insightsTrendsOptions({ query: { from } }));
  if (trends.error) return <Problem error={trends.error} onRetry={() => trends.refetch()} />;
  if (!trends.data) return <Skeleton rows={2} tall />;
  if (trends.data.measured < 2) return <Empty title={t.tooFew}>{t.tooFewLead(trends.data.measured)}</Empty>;
  const days = measuredPart(trends.data.days);
  const known = days.flatMap(({ measured }) => measured ?? []);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return null;
  const gaps = days.length - known.length;
  const told = (sentence: string) => (gaps > 0 ? `${sentence} ${t.gaps(gaps)}` : sentence);
  const values = (pick: (measured: Measured) => number) =>
    days.map(({ measured }) => (measured ? pick(measured) : null));
  const { currency } = last.spend;
  const ends = [days[0], days.at(-1)].flatMap((one) => (one ? day(one.day) : []));
  return (
    <>
      <Part title={t.money} lead={t.perMonth}>
        <LineChart
          summary={told(
            `${t.pay(money(last.spend), before(first.spend, last.spend), day(days[0]?.day ?? ""))} ${t.wasted(money(wasted(last)), before(wasted(first), wasted(last)))}`,
          )}
          series={[
            {
              name: t.spend,
              values: values((m) => m.spend.amount_minor),
              draw: "stroke-accent",
              mark: "h-0.5 bg-accent",
            },
            {
              name: t.waste,
              values: values((m) => wasted(m).amount_minor),
              draw: "stroke-warn",
              mark: "border-warn border-t-3 border-dotted",
              dashed: true,
            },
          ]}
          ends={ends}
          format={(amount_minor) => money({ amount_minor, currency })}
          table={
            <DayTable
              caption={t.money}
              days={days}
              columns={[
                { head: t.spend, cell: (m) => money(m.spend) },
                { head: t.waste, cell: (m) => money(wasted(m)) },
              ]}
            />
          }
        />
      </Part>
      <Part title={t.seats}>
        <LineChart
          summary={told(
            first.seats_bought === last.seats_bought
              ? t.seatsSame(last.seats_bought, last.seats_assigned)
              : t.seatsChanged(first.seats_bought, last.seats_bought, last.seats_assigned),
          )}
          series={[
            { name: t.bought, values: values((m) => m.seats_bought), draw: "stroke-accent", mark: "h-0.5 bg-accent" },
            {
              name: t.assigned,
              values: values((m) => m.seats_assigned),
              draw: "stroke-edge",
              mark: "border-edge border-t-3 border-dotted",
              dashed: true,
            },
          ]}
          ends={ends}
          format={number}
          table={
            <DayTable
              caption={t.seats}
              days={days}
              columns={[
                { head: t.bought, cell: (m) => number(m.seats_bought) },
                { head: t.assigned, cell: (m) => number(m.seats_assigned) },
              ]}
            />
          }
        />
      </Part>
    </>
  );
}

/** The amount of before, where it was another. */
const before = (first: Money, last: Money): string | undefined =>
  first.amount_minor === last.amount_minor ? undefined : money(first);

function DayTable({
  caption,
  days,
  columns,
}: {
  caption: string;
  days: readonly TrendDay[];
  columns: readonly { head: string; cell: (measured: Measured) => string }[];
}) {
  return (
    <Table
      caption={caption}
      rows={days.toReversed()}
      id={(row) => row.day}
      columns={[
        { head: t.day, cell: (row) => day(row.day) },
        ...columns.map(({ head, cell }) => ({
          head,
          cell: ({ measured }: TrendDay) => (measured ? cell(measured) : t.noCheck),
          numeric: true,
        })),
      ]}
    />
  );
}
