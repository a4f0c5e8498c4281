import { createFileRoute, Link } from "@tanstack/react-router";
import { FirstRun } from "~/features/home/FirstRun";
import { useOverview } from "~/features/home/Freshness";
import { Allowed } from "~/features/shell/Allowed";
import { Days } from "~/features/trends/Days";
import { Departments, Ledger } from "~/features/trends/Ledger";
import { Page } from "~/ui/page";
import { trends as t } from "~texts/trends";

const PERIODS = [30, 90, 365] as const;
type Period = (typeof PERIODS)[number];
const USUAL: Period = 90;
const DAY_MS = 86_400_000;

export const Route = createFileRoute("/_app/trends")({
  validateSearch: ({ days }: Record<string, unknown>): { days?: Period } => {
    const period = PERIODS.find((one) => one === Number(days));
    return period && period !== USUAL ? { days: period } : {};
  },
  component: () => (
    <Allowed to="findings:read" title={t.title}>
      <Trends />
    </Allowed>
  ),
});

function Trends() {
  const { days = USUAL } = Route.useSearch();
  const { data: overview } = useOverview();
  // Days of the API are those of UTC.
  const from = new Date(Date.now() - (days - 1) * DAY_MS).toISOString().slice(0, 10);
  if (overview && !overview.totals) {
    return (
      <Page title={t.title} lead={t.lead}>
        <FirstRun overview={overview} />
      </Page>
    );
  }
  return (
    <Page title={t.title} lead={t.lead} actions={<Periods chosen={days} />}>
      <Days from={from} />
      <Ledger />
      <Departments />
    </Page>
  );
}

function Periods({ chosen }: { chosen: Period }) {
  return (
    <nav aria-label={t.time} className="flex flex-wrap gap-2">
      {PERIODS.map((period) => (
        <Link
          key={period}
          to="/trends"
          search={period === USUAL ? {} : { days: period }}
          resetScroll={false}
          aria-current={period === chosen ? "true" : undefined}
          className={`inline-flex min-h-9 items-center rounded-full border px-4 ${period === chosen ? "border-accent bg-tint font-semibold text-accent" : "border-edge hover:bg-well"}`}
        >
          {t.periods[period]}
        </Link>
      ))}
    </nav>
  );
}
