import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { findingsLicensesOptions, findingsOverviewOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { LicenseRow, OverviewView, Renewal } from "~/api/generated/types.gen";
import { FirstRun } from "~/features/home/FirstRun";
import { day, money, number } from "~/lib/format";
import { Page, Part } from "~/ui/page";
import { Empty, Problem, Skeleton } from "~/ui/states";
import { type Column, Table } from "~/ui/table";
import { licences as t } from "~texts/licences";

export const Route = createFileRoute("/_app/licences")({ component: Licences });

function Licences() {
  const licences = useQuery(findingsLicensesOptions());
  const overview = useQuery(findingsOverviewOptions());
  const rows = licences.data?.items ?? [];
  // A type that costs and has no price is named by the last check; all others without a price are free.
  const unpriced = new Set(overview.data?.totals?.price_missing_skus.map(({ sku }) => sku));
  const paid = rows.filter((row) => row.price || unpriced.has(row.sku)).toSorted(byCost);
  const free = rows.filter((row) => !row.price && !unpriced.has(row.sku));
  return (
    <Page title={t.title} lead={t.lead}>
      {licences.error && <Problem error={licences.error} onRetry={() => licences.refetch()} />}
      {licences.isPending && !licences.error && <Skeleton rows={8} />}
      {rows.length === 0 && licences.data && overview.data && <Nothing overview={overview.data} />}
      {paid.length > 0 && (
        <Part title={t.title}>
          <Table caption={t.caption} rows={paid} columns={COLUMNS} id={(row) => row.sku} />
        </Part>
      )}
      {free.length > 0 && (
        <details>
          <summary className="w-fit text-accent underline underline-offset-4">{t.free(free.length)}</summary>
          <div className="mt-4">
            <Table caption={t.freeCaption} rows={free} columns={[PRODUCT, ASSIGNED]} id={(row) => row.sku} />
          </div>
        </details>
      )}
    </Page>
  );
}

function Nothing({ overview }: { overview: OverviewView }) {
  return overview.totals ? <Empty title={t.none}>{t.noneLead}</Empty> : <FirstRun scan={overview.scan} />;
}

const byCost = (a: LicenseRow, b: LicenseRow): number => costOf(b) - costOf(a);
const costOf = (row: LicenseRow): number => (row.price?.monthly.amount_minor ?? 0) * row.bought;

const PRODUCT: Column<LicenseRow> = {
  head: t.product,
  cell: ({ product, part_number }) =>
    product ?? (
      <>
        <code>{part_number}</code>
        <span className="block font-normal text-dim text-sm">{t.unknownProduct}</span>
      </>
    ),
};
const ASSIGNED: Column<LicenseRow> = { head: t.assigned, cell: (row) => number(row.assigned), numeric: true };

const COLUMNS: readonly Column<LicenseRow>[] = [
  PRODUCT,
  { head: t.bought, cell: (row) => number(row.bought), numeric: true },
  ASSIGNED,
  {
    head: t.unused,
    cell: ({ unassigned }) => (
      <span className={unassigned > 0 ? "font-semibold text-warn" : ""}>{number(unassigned)}</span>
    ),
    numeric: true,
  },
  {
    head: t.price,
    cell: ({ price }) =>
      price ? (
        <>
          {money(price.monthly)}
          <span className="block text-dim text-xs sm:max-w-48">{t.asOf(price.source, day(price.as_of))}</span>
        </>
      ) : (
        <span className="text-warn">{t.unknownPrice}</span>
      ),
    numeric: true,
  },
  {
    head: t.renews,
    cell: ({ renewals }) =>
      renewals.map((renewal) => <When key={`${renewal.on}-${renewal.seats}`} renewal={renewal} />),
  },
];

function When({ renewal: { on, seats, trial, through_reseller } }: { renewal: Renewal }) {
  const marks = [trial && t.trial, through_reseller && t.reseller].filter(Boolean).join(", ");
  return (
    <span className="block text-sm">
      {t.renewal(seats, on ? day(on) : t.noDate)}
      {marks && <span className="text-dim"> ({marks})</span>}
    </span>
  );
}
