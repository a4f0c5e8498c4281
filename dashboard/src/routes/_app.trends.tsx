import { createFileRoute } from "@tanstack/react-router";
import { FirstRun } from "~/features/home/FirstRun";
import { useOverview } from "~/features/home/Freshness";
import { Allowed } from "~/features/shell/Allowed";
import { Days } from "~/features/trends/Days";
import { Departments, Ledger } from "~/features/trends/Ledger";
import { soon } from "~/lib/format";
import { Chip } from "~/ui/chip";
import { Page } from "~/ui/page";
import { trends as t } from "~texts/trends";

const PERIODS = [30, 90, 365] as const;
type Period = (typeof PERIODS)[number];
const USUAL: Period = 90;
const DAY_MS = 86_400_000;

interface Search {
  days?: Period;
  /** Beside the time before, as long. */
  compare?: true;
}

/** Days of the API are those of UTC. */
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

export const Route = createFileRoute("/_app/trends")({
  validateSearch: ({ days, compare }: Record<string, unknown>): Search => {
    const period = PERIODS.find((one) => one === Number(days));
    return { ...(period && period !== USUAL && { days: period }), ...(compare === true && { compare }) };
  },
  component: () => (
    <Allowed to="findings:read" title={t.title}>
      <Trends />
    </Allowed>
  ),
});

function Trends() {
  const { days = USUAL, compare } = Route.useSearch();
  const { data: overview } = useOverview();
  const next = overview?.connection === "connected" && overview.next_check_at;
  if (overview && !overview.totals) {
    return (
      <Page title={t.title} lead={t.lead}>
        <FirstRun overview={overview} />
      </Page>
    );
  }
  return (
    <Page title={t.title} lead={t.lead} actions={<Periods chosen={days} compare={compare} />}>
      <Days
        from={daysAgo(days - 1)}
        before={compare && { from: daysAgo(2 * days - 1), to: daysAgo(days) }}
        next={next ? soon(next) : undefined}
      />
      <Ledger />
      <Departments />
    </Page>
  );
}

function Periods({ chosen, compare }: { chosen: Period; compare: true | undefined }) {
  const search = (period: Period, compare: true | undefined): Search => ({
    ...(period !== USUAL && { days: period }),
    ...(compare && { compare }),
  });
  return (
    <nav aria-label={t.time} className="flex flex-wrap gap-2">
      {PERIODS.map((period) => (
        <Chip key={period} to="/trends" search={search(period, compare)} resetScroll={false} chosen={period === chosen}>
          {t.periods[period]}
        </Chip>
      ))}
      <Chip
        to="/trends"
        search={search(chosen, compare ? undefined : true)}
        resetScroll={false}
        chosen={compare === true}
      >
        {t.compare}
      </Chip>
    </nav>
  );
}
