import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { findingsLicensesOptions } from "~/api/generated/@tanstack/react-query.gen";
import { findingsExportLicenses } from "~/api/generated/sdk.gen";
import type { LicenseRow, OverviewView, PriceView } from "~/api/generated/types.gen";
import { Export } from "~/features/export/Export";
import { FirstRun } from "~/features/home/FirstRun";
import { useOverview } from "~/features/home/Freshness";
import { Feeds } from "~/features/licences/Feeds";
import { Price } from "~/features/licences/Price";
import { PriceFile } from "~/features/licences/PriceFile";
import { usePrices } from "~/features/licences/prices";
import { Renewals } from "~/features/licences/Renewals";
import { Allowed } from "~/features/shell/Allowed";
import { day, money, number } from "~/lib/format";
import { useSeen } from "~/lib/shown";
import { Page, Part } from "~/ui/page";
import { Empty, Notice, Problem, Skeleton } from "~/ui/states";
import { type Column, Table } from "~/ui/table";
import { licences as t } from "~texts/licences";

export const Route = createFileRoute("/_app/licences")({
  component: () => (
    <Allowed to="findings:read" title={t.title}>
      <Licences />
    </Allowed>
  ),
});

/** A licence type with what is known of its price. */
type Row = LicenseRow & { pricing: PriceView | undefined };

function Licences() {
  const licences = useQuery(findingsLicensesOptions());
  const prices = usePrices();
  const overview = useOverview();
  const seen = useSeen();
  const bySku = new Map(prices.data?.value.items.map((price) => [price.sku, price]));
  const rows: Row[] = licences.data?.items.map((row) => ({ ...row, pricing: bySku.get(row.sku) })) ?? [];
  const totals = overview.data?.totals;
  const unpriced = rows.filter(({ price_missing }) => price_missing).length;
  const isPaid = (row: Row) => Boolean(row.price) || row.price_missing;
  const error = licences.error ?? prices.error;
  const loaded = licences.data && prices.data && !overview.isPending;
  return (
    <Page
      title={t.title}
      lead={totals ? t.lead(money(totals.spend_monthly), totals.paid_seats_bought) : t.leadNone}
      actions={<Export name="steward-licences" take={() => findingsExportLicenses({ parseAs: "blob" })} />}
    >
      {error && <Problem error={error} onRetry={() => Promise.all([licences.refetch(), prices.refetch()])} />}
      {!loaded && !error && <Skeleton rows={8} />}
      {loaded && rows.length === 0 && overview.data && <Nothing overview={overview.data} />}
      {loaded && rows.length > 0 && (
        <>
          <Part title={t.pay} lead={t.payLead}>
            {unpriced > 0 && (
              <Notice icon="licences" title={t.unpriced(unpriced)}>
                {t.unpricedLead}
              </Notice>
            )}
            <Table
              caption={t.caption}
              rows={rows.filter(isPaid).toSorted(byCost)}
              columns={[
                PRODUCT,
                BOUGHT,
                ASSIGNED,
                UNUSED,
                {
                  head: t.price,
                  cell: ({ pricing }) => pricing && <Price row={pricing} prices={prices.data} />,
                  numeric: true,
                  wide: true,
                },
                TOTAL,
              ]}
              id={(row) => row.sku}
            />
            <Sources rows={rows} />
            <Free rows={rows.filter((row) => !isPaid(row))} />
          </Part>
          {seen && (
            <>
              <Renewals />
              <PriceFile />
              <Feeds />
            </>
          )}
        </>
      )}
    </Page>
  );
}

function Nothing({ overview }: { overview: OverviewView }) {
  return overview.totals ? <Empty title={t.none}>{t.noneLead}</Empty> : <FirstRun overview={overview} />;
}

function cost({ pricing, bought }: Row) {
  const monthly = pricing?.price?.monthly;
  return monthly && { ...monthly, amount_minor: monthly.amount_minor * bought };
}

/** What has no price yet comes first: it needs somebody. */
const byCost = (a: Row, b: Row): number =>
  (cost(b)?.amount_minor ?? Infinity) - (cost(a)?.amount_minor ?? Infinity) || 0;

/** What our list prices were read from. */
function Sources({ rows }: { rows: readonly Row[] }) {
  const lists = rows.flatMap(({ pricing }) => pricing?.list ?? []);
  const sources = new Set(lists.map(({ source, as_of }) => t.asOf(source, day(as_of))));
  if (sources.size === 0) return null;
  return (
    <details className="text-sm">
      <summary className="w-fit text-dim">{t.sources}</summary>
      <ul className="mt-2 grid gap-1 text-dim">
        {[...sources].map((source) => (
          <li key={source}>{source}</li>
        ))}
      </ul>
    </details>
  );
}

function Free({ rows }: { rows: readonly Row[] }) {
  if (rows.length === 0) return null;
  return (
    <details>
      <summary className="w-fit text-accent underline underline-offset-4">{t.free(rows.length)}</summary>
      <div className="mt-4">
        <Table caption={t.freeCaption} rows={rows} columns={[PRODUCT, ASSIGNED]} id={(row) => row.sku} />
      </div>
    </details>
  );
}

const PRODUCT: Column<Row> = {
  head: t.product,
  cell: ({ product, part_number }) =>
    product ?? (
      <>
        <code>{part_number}</code>
        <span className="block font-normal text-dim text-sm">{t.unknownProduct}</span>
      </>
    ),
};
const BOUGHT: Column<Row> = { head: t.bought, cell: (row) => number(row.bought), numeric: true };
const ASSIGNED: Column<Row> = { head: t.assigned, cell: (row) => number(row.assigned), numeric: true };
const UNUSED: Column<Row> = {
  head: t.unused,
  cell: ({ unassigned }) => (
    <span className={unassigned > 0 ? "font-semibold text-warn" : ""}>{number(unassigned)}</span>
  ),
  numeric: true,
};
const TOTAL: Column<Row> = {
  head: t.total,
  cell: (row) => {
    const all = cost(row);
    return all ? money(all) : "–";
  },
  numeric: true,
};
