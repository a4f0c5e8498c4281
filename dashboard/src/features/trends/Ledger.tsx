import { useQuery } from "@tanstack/react-query";
import { insightsSavingsOptions } from "~/api/generated/@tanstack/react-query.gen";
import { insightsExportSavings } from "~/api/generated/sdk.gen";
import type { Department, Month, SavingsView } from "~/api/generated/types.gen";
import { Export } from "~/features/export/Export";
import { money, month, number } from "~/lib/format";
import { TextLink } from "~/ui/link";
import { Part } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { Table } from "~/ui/table";
import { trends as t } from "~texts/trends";
import { BarChart } from "./Chart";
import { monthsBetween } from "./series";

/** What was found, approved and really saved, month by month of a year. */
export function Ledger() {
  const savings = useQuery(insightsSavingsOptions());
  return (
    <Part
      title={t.ledger}
      lead={t.ledgerLead}
      actions={
        <Export name="steward-savings" label={t.export} take={() => insightsExportSavings({ parseAs: "blob" })} />
      }
    >
      {savings.error && <Problem error={savings.error} onRetry={() => savings.refetch()} />}
      {savings.isPending && !savings.error && <Skeleton rows={2} tall />}
      {savings.data && (savings.data.months.length > 0 ? <Months view={savings.data} /> : <p>{t.ledgerNone}</p>)}
      {savings.data?.whose_prices && <p className="text-dim text-sm">{t.whosePrices[savings.data.whose_prices]}</p>}
    </Part>
  );
}

function Months({ view }: { view: SavingsView }) {
  const { months } = view;
  const [first, last] = [months[0], months.at(-1)];
  if (!first || !last) return null;
  const known = new Map(months.map((one) => [one.month, one]));
  const names = monthsBetween(first.month, last.month);
  const values = (pick: (one: Month) => number | undefined) =>
    names.map((name) => {
      const one = known.get(name);
      return one ? (pick(one) ?? null) : null;
    });
  const { currency } = view.realised;
  return (
    <BarChart
      summary={summary(view)}
      series={[
        { name: t.found, values: values(found), draw: "fill-edge", mark: "h-3 rounded-sm bg-edge" },
        {
          name: t.approved,
          values: values((one) => one.approved.amount_minor),
          draw: "fill-accent/50",
          mark: "h-3 rounded-sm bg-accent/50",
        },
        {
          name: t.realised,
          values: values((one) => one.realised.amount_minor),
          draw: "fill-accent",
          mark: "h-3 rounded-sm bg-accent",
        },
      ]}
      ends={[...new Set([first.month, last.month])].map(month)}
      format={(amount_minor) => money({ amount_minor, currency })}
      table={
        <Table
          caption={t.ledger}
          rows={months.toReversed()}
          id={(one) => one.month}
          columns={[
            { head: t.month, cell: (one) => month(one.month) },
            {
              head: t.found,
              cell: (one) => (one.found ? money({ amount_minor: found(one) ?? 0, currency }) : "–"),
              numeric: true,
            },
            { head: t.approved, cell: (one) => money(one.approved), numeric: true },
            { head: t.realised, cell: (one) => money(one.realised), numeric: true },
          ]}
        />
      }
    />
  );
}

const found = ({ found }: Month): number | undefined =>
  found ? found.certain.amount_minor + found.likely.amount_minor : undefined;

function summary({ approved, realised, seats_realised, seats_without_price }: SavingsView): string {
  const without = seats_without_price > 0 ? ` ${t.withoutPrice(seats_without_price)}` : "";
  if (realised.amount_minor > 0) return t.saved(money(realised), seats_realised) + without;
  return (approved.amount_minor > 0 ? t.approvedOnly(money(approved)) : t.savedNothing) + without;
}

/** Where in the company it could go. */
export function Departments() {
  const savings = useQuery(insightsSavingsOptions({ query: { by: "department" } }));
  if (savings.error) return <Problem error={savings.error} onRetry={() => savings.refetch()} />;
  if (savings.isPending) return <Skeleton rows={2} tall />;
  // One department is the whole company: nothing to compare.
  if (savings.data.departments.length < 2) return null;
  return (
    <Part
      title={t.departments}
      lead={t.departmentsLead}
      actions={
        <Export
          name="steward-departments"
          label={t.exportDepartments}
          take={() => insightsExportSavings({ query: { by: "department" }, parseAs: "blob" })}
        />
      }
    >
      <Table
        caption={t.departments}
        rows={savings.data.departments}
        id={({ department }) => department ?? ""}
        columns={[
          { head: t.department, cell: Name },
          { head: t.people, cell: ({ people }) => number(people), numeric: true },
          { head: t.costs, cell: Costs, numeric: true },
          { head: t.could, cell: ({ found }) => money(found), numeric: true },
          { head: t.approved, cell: ({ approved }) => money(approved), numeric: true },
        ]}
      />
      {savings.data.departments.some(({ price_missing }) => price_missing > 0) && (
        <p className="text-dim text-sm">
          {t.unpricedLead} <TextLink to="/licences">{t.tellPrice}</TextLink>
        </p>
      )}
    </Part>
  );
}

const Name = ({ department }: Department) =>
  department ? (
    <TextLink to="/people" search={{ department, sort: "cost" }}>
      <bdi>{department}</bdi>
    </TextLink>
  ) : (
    t.noDepartment
  );

/** Licences without a price cost something too: an amount without them is not the whole. */
const Costs = ({ monthly, price_missing }: Department) => (
  <>
    {(monthly.amount_minor > 0 || price_missing === 0) && money(monthly)}
    {price_missing > 0 && <span className="block text-warn text-xs">{t.unpriced(price_missing)}</span>}
  </>
);
