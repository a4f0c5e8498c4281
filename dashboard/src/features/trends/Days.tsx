import { useQuery } from "@tanstack/react-query";
import { insightsTrendsOptions } from "~/api/generated/@tanstack/react-query.gen";
import { insightsExportTrends } from "~/api/generated/sdk.gen";
import type { Measured, Money, TrendDay } from "~/api/generated/types.gen";
import { Export } from "~/features/export/Export";
import { day, money, number } from "~/lib/format";
import { Part } from "~/ui/page";
import { Empty, Problem, Skeleton } from "~/ui/states";
import { Table } from "~/ui/table";
import { trends as t } from "~texts/trends";
import { LineChart, type Series } from "./Chart";
import { measuredPart } from "./series";

/** The time before the one that is shown, as long as it. */
export interface Before {
  from: string;
  to: string;
}

const wasted = ({ certain, likely }: Measured): Money => ({
  ...certain,
  amount_minor: certain.amount_minor + likely.amount_minor,
});

/** Money and licences, day by day; beside them, where that is wanted, the same time before. */
export function Days({ from, before, next }: { from: string; before: Before | undefined; next: string | undefined }) {
  const trends = useQuery(insightsTrendsOptions({ query: { from } }));
  const earlier = useQuery({ ...insightsTrendsOptions({ query: before ?? {} }), enabled: before !== undefined });
  const failed = trends.error ? trends : earlier.error ? earlier : undefined;
  if (failed) return <Problem error={failed.error} onRetry={() => failed.refetch()} />;
  if (!trends.data || (before && !earlier.data)) return <Skeleton rows={2} tall />;
  if (trends.data.measured < 2) return <Empty title={t.tooFew}>{t.tooFewLead(trends.data.measured, next)}</Empty>;
  // Laid over the time before, every day has its place; else a line begins with the first check.
  const days = before ? trends.data.days : measuredPart(trends.data.days);
  const known = days.flatMap(({ measured }) => measured ?? []);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return null;
  const gaps = measuredPart(days).length - known.length;
  const told = (sentence: string) => (gaps > 0 ? `${sentence} ${t.gaps(gaps)}` : sentence);
  const values = (pick: (measured: Measured) => number) =>
    days.map(({ measured }) => (measured ? pick(measured) : null));
  const { currency } = last.spend;
  const ends = [days[0], days.at(-1)].flatMap((one) => (one ? day(one.day) : []));
  const lines: Series[] = [
    { name: t.spend, values: values((m) => m.spend.amount_minor), draw: "stroke-accent", mark: "h-0.5 bg-accent" },
    {
      name: t.waste,
      values: values((m) => wasted(m).amount_minor),
      draw: "stroke-warn",
      mark: "border-warn border-t-3 border-dotted",
      dashed: "1 6",
    },
    {
      name: t.soFar,
      values: values((m) => m.saved.amount_minor),
      draw: "stroke-good",
      mark: "border-good border-t-3 border-dashed",
      dashed: "8 6",
    },
  ];
  const then = before && earlier.data ? earlier.data.days : [];
  if (then.some(({ measured }) => measured)) {
    lines.push({
      name: t.wasteBefore,
      values: then.map(({ measured }) => (measured ? wasted(measured).amount_minor : null)),
      draw: "stroke-edge",
      mark: "border-edge border-t-3 border-dotted",
      dashed: "1 9",
    });
  }
  return (
    <>
      <Part
        title={t.money}
        lead={t.perMonth}
        actions={
          <Export
            name="steward-trends"
            label={t.exportDays}
            take={() => insightsExportTrends({ query: { from: before?.from ?? from }, parseAs: "blob" })}
          />
        }
      >
        <LineChart
          summary={told(
            `${t.pay(money(last.spend), other(first.spend, last.spend), day(firstDay(days)))} ${t.wasted(money(wasted(last)), other(wasted(first), wasted(last)))} ${t.savedSoFar(money(last.saved), other(first.saved, last.saved))}`,
          )}
          series={lines}
          ends={ends}
          format={(amount_minor) => money({ amount_minor, currency })}
          table={
            <DayTable
              caption={t.money}
              days={days}
              columns={[
                { head: t.spend, cell: (m) => money(m.spend) },
                { head: t.waste, cell: (m) => money(wasted(m)) },
                { head: t.soFar, cell: (m) => money(m.saved) },
              ]}
            />
          }
        />
        {before && <Compared now={last} then={then.findLast(({ measured }) => measured)?.measured} />}
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
              dashed: "1 6",
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

/** The first day with a check. */
const firstDay = (days: readonly TrendDay[]): string => days.find(({ measured }) => measured)?.day ?? "";

/** The amount of before, where it was another. */
const other = (first: Money, last: Money): string | undefined =>
  first.amount_minor === last.amount_minor ? undefined : money(first);

/** How a time ended, beside how the one before it did. */
function Compared({ now, then }: { now: Measured; then: Measured | null | undefined }) {
  if (!then) return <p className="text-dim">{t.noneBefore}</p>;
  const rows = [
    { name: t.spend, pick: (m: Measured) => m.spend },
    { name: t.waste, pick: wasted },
    { name: t.soFar, pick: (m: Measured) => m.saved },
  ].map(({ name, pick }) => ({ name, now: pick(now), was: pick(then) }));
  return (
    <Table
      caption={t.compared}
      rows={rows}
      id={({ name }) => name}
      columns={[
        { head: t.perMonthShort, cell: ({ name }) => name },
        { head: t.endBefore, cell: ({ was }) => money(was), numeric: true },
        { head: t.endNow, cell: ({ now }) => money(now), numeric: true },
        { head: t.difference, cell: ({ now, was }) => signed(now, was), numeric: true },
      ]}
    />
  );
}

/** By how much an amount is more, or less. */
function signed(now: Money, then: Money): string {
  const by = now.amount_minor - then.amount_minor;
  if (by === 0) return "–";
  return `${by > 0 ? "+" : "−"}${money({ ...now, amount_minor: Math.abs(by) })}`;
}

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
