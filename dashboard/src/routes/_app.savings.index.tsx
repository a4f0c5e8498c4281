import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { memo, useCallback, useMemo, useState } from "react";
import { findingsChecksOptions, findingsListInfiniteOptions } from "~/api/generated/@tanstack/react-query.gen";
import { findingsExport } from "~/api/generated/sdk.gen";
import type { FindingView, OverviewView, Totals } from "~/api/generated/types.gen";
import { Export } from "~/features/export/Export";
import { Bulk } from "~/features/findings/Bulk";
import { fixable } from "~/features/findings/fixable";
import { FirstRun } from "~/features/home/FirstRun";
import { CheckNow, useOverview } from "~/features/home/Freshness";
import { NotEvaluated } from "~/features/home/NotEvaluated";
import { Allowed } from "~/features/shell/Allowed";
import { day, money } from "~/lib/format";
import { useSeen, useShown } from "~/lib/shown";
import { toggled } from "~/lib/toggled";
import { ButtonLink } from "~/ui/button";
import { Chip } from "~/ui/chip";
import { Select } from "~/ui/form";
import { ListLink } from "~/ui/link";
import { Page } from "~/ui/page";
import { More, paged } from "~/ui/paging";
import { Empty, Problem, Skeleton, Status } from "~/ui/states";
import { common } from "~texts/common";
import { deciding } from "~texts/deciding";
import { findings as t } from "~texts/findings";

const FILTERS = ["all", "certain", "likely", "unpriced"] as const;
type Filter = (typeof FILTERS)[number];
const isFilter = (value: unknown): value is Filter => FILTERS.includes(value as Filter);

interface Search {
  show?: Filter;
  /** Only what this check found. */
  check?: string;
}

export const Route = createFileRoute("/_app/savings/")({
  validateSearch: ({ show, check }: Record<string, unknown>): Search => ({
    ...(isFilter(show) && show !== "all" && { show }),
    ...(typeof check === "string" && check && { check }),
  }),
  component: () => (
    <Allowed to="findings:read" title={t.title}>
      <Savings />
    </Allowed>
  ),
});

function Savings() {
  const { show = "all", check } = Route.useSearch();
  const overview = useOverview();
  const list = useInfiniteQuery({
    ...findingsListInfiniteOptions({ query: { limit: 100 } }),
    ...paged,
  });
  const all = useMemo(() => list.data?.pages.flatMap((page) => page.items).toSorted(byMoney) ?? [], [list.data]);
  const rows = useMemo(() => all.filter((finding) => fits(finding, show, check)), [all, show, check]);
  const shown = useShown(rows);
  const seen = useSeen();
  const totals = overview.data?.totals;
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  // What is filtered away is not acted on.
  const selected = chosen.size > 0 ? rows.filter(({ finding }) => chosen.has(finding)) : [];
  const toggle = useCallback((finding: string) => choose((chosen) => toggled(chosen, finding)), []);
  return (
    <Page
      title={t.title}
      lead={totals && all.length > 0 && sum(totals)}
      actions={
        // Before there are numbers the page itself says what to do.
        totals && (
          <>
            <Export name="steward-savings" take={() => findingsExport({ parseAs: "blob" })} />
            <CheckNow />
          </>
        )
      }
    >
      {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
      {(list.isPending || overview.isPending) && !list.error && rows.length === 0 && <Skeleton rows={8} />}
      {list.data && all.length > 0 && <Filters all={all} show={show} check={check} />}
      {rows.length > 0 && (
        <ul className="grid">
          {shown.map((finding) => (
            <Finding key={finding.finding} finding={finding} chosen={chosen.has(finding.finding)} onChoose={toggle} />
          ))}
        </ul>
      )}
      {selected.length > 0 && <Bulk findings={selected} onDone={() => choose(new Set())} />}
      {list.data && rows.length === 0 && <Nothing all={all.length} overview={overview.data} />}
      <More of={list} />
      {seen && overview.data && <NotEvaluated items={overview.data.not_evaluated} />}
    </Page>
  );
}

function sum(totals: Totals): string | undefined {
  if (totals.monthly.amount_minor > 0) return t.lead(money(totals.monthly));
  if (totals.price_missing_skus.length > 0) return undefined;
  return `${t.noneTitle} ${t.none(totals.assigned, totals.paid_seats_bought)}`;
}

function fits(finding: FindingView, show: Filter, check: string | undefined): boolean {
  if (check && finding.check !== check) return false;
  return (
    show === "all" || (show === "unpriced" ? !finding.saving : Boolean(finding.saving) && finding.certainty === show)
  );
}

const byMoney = (a: FindingView, b: FindingView): number =>
  (b.saving?.monthly.amount_minor ?? 0) - (a.saving?.monthly.amount_minor ?? 0);

function Filters({ all, show, check }: { all: readonly FindingView[]; show: Filter; check: string | undefined }) {
  return (
    <div className="grid items-end gap-3 sm:grid-cols-[1fr_20rem]">
      <nav aria-label={t.filter} className="flex flex-wrap gap-2">
        {FILTERS.map((filter) => (
          <Chip
            key={filter}
            to="/savings"
            search={{ ...(filter !== "all" && { show: filter }), ...(check && { check }) }}
            chosen={filter === show}
          >
            {t.filters[filter]}
          </Chip>
        ))}
      </nav>
      <Reasons all={all} check={check} />
    </div>
  );
}

/** One kind of finding out of those there are. Their names are longer than chips can be. */
function Reasons({ all, check }: { all: readonly FindingView[]; check: string | undefined }) {
  const navigate = Route.useNavigate();
  const checks = useQuery(findingsChecksOptions());
  const titles = new Map(checks.data?.items.map(({ check, title }) => [String(check), title]));
  const kinds = new Set(all.map((finding) => String(finding.check)));
  if (check) kinds.add(check);
  const only = (check: string) =>
    navigate({ search: ({ show }) => ({ ...(show && { show }), ...(check && { check }) }), resetScroll: false });
  return (
    <Select label={t.reason} name="check" value={check ?? ""} onChange={(event) => only(event.target.value)}>
      <option value="">{t.filters.all}</option>
      {[...kinds].map((kind) => (
        <option key={kind} value={kind}>
          {titles.get(kind) ?? kind}
        </option>
      ))}
    </Select>
  );
}

interface FindingProps {
  finding: FindingView;
  chosen: boolean;
  onChoose: (finding: string) => void;
}

const Finding = memo(function Finding({ finding: f, chosen, onChoose }: FindingProps) {
  return (
    <li className="flex items-start gap-3 border-line border-b first:border-t">
      <input
        type="checkbox"
        className="mt-5 size-5 shrink-0 accent-(--accent)"
        aria-label={deciding.bulk.select(f.headline)}
        checked={chosen}
        onChange={() => onChoose(f.finding)}
      />
      <ListLink
        to="/savings/$finding"
        params={{ finding: f.finding }}
        className="grid min-w-0 flex-1 gap-x-6 gap-y-1 py-4 hover:bg-well sm:grid-cols-[1fr_auto] sm:px-2"
      >
        <span className="font-semibold">{f.headline}</span>
        <span className="text-lg tabular-nums sm:text-end">
          {f.saving ? (
            <>
              <strong>{money(f.saving.monthly)}</strong> <span className="text-dim text-sm">{t.detail.month}</span>
            </>
          ) : (
            <span className="text-base text-dim">{f.price_missing.length > 0 ? t.noPrice : t.noMoney}</span>
          )}
        </span>
        <span className="flex flex-wrap gap-x-4 text-dim text-sm">
          <Status tone={f.certainty === "certain" ? "good" : "quiet"}>{t.certainty(f.certainty)}</Status>
          {f.people > 0 && <span>{common.people(f.people)}</span>}
          <span>{common.licences(f.seats)}</span>
          <span>{fixable(f.remedy) ? t.undo(f.undo) : t.remedy(f.remedy)}</span>
        </span>
        {f.saving?.realisable_on && (
          <span className="text-dim text-sm sm:text-end">{t.from(day(f.saving.realisable_on))}</span>
        )}
      </ListLink>
    </li>
  );
});

function Nothing({ all, overview }: { all: number; overview: OverviewView | undefined }) {
  if (all > 0) return <Empty title={t.filterNone} action={<ButtonLink to="/savings">{t.showAll}</ButtonLink>} />;
  if (!overview) return null;
  if (!overview.totals) return <FirstRun overview={overview} />;
  return <Empty title={t.noneTitle}>{t.none(overview.totals.assigned, overview.totals.paid_seats_bought)}</Empty>;
}
