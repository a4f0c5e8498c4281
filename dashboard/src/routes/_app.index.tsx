import { createFileRoute, Navigate } from "@tanstack/react-router";
import type { Money, NextAction, OverviewView, Totals } from "~/api/generated/types.gen";
import { Basis } from "~/features/findings/Basis";
import { fixable } from "~/features/findings/fixable";
import { Begin } from "~/features/home/Begin";
import { FirstRun } from "~/features/home/FirstRun";
import { CheckNow, useOverview } from "~/features/home/Freshness";
import { MoneyBar } from "~/features/home/MoneyBar";
import { NotEvaluated } from "~/features/home/NotEvaluated";
import { SinceLastMonth } from "~/features/home/SinceLastMonth";
import { Allowed } from "~/features/shell/Allowed";
import { ago, day, money, soon } from "~/lib/format";
import { useSeen } from "~/lib/shown";
import { ButtonLink } from "~/ui/button";
import { Icon } from "~/ui/icons";
import { TextLink } from "~/ui/link";
import { Page, useTitle } from "~/ui/page";
import { Notice, Problem, Skeleton } from "~/ui/states";
import { findings as t } from "~texts/findings";
import { shell } from "~texts/shell";

export const Route = createFileRoute("/_app/")({
  component: () => (
    <Allowed to="findings:read" title={shell.home}>
      <Home />
    </Allowed>
  ),
});

function Home() {
  useTitle(shell.home);
  const overview = useOverview();
  if (overview.error && !overview.data) {
    return (
      <Page title={shell.home}>
        <Problem error={overview.error} onRetry={() => overview.refetch()} />
      </Page>
    );
  }
  if (!overview.data) return <Skeleton rows={4} tall />;
  const { data, underWay } = overview;
  if (!data.totals) return <NoNumbers overview={data} underWay={underWay} />;
  return <Loaded overview={data} totals={data.totals} />;
}

function NoNumbers({ overview, underWay }: { overview: OverviewView; underWay: boolean }) {
  if (underWay || overview.connection === "connected") return <Navigate to="/welcome" />;
  return (
    <>
      <h1 className="sr-only">{shell.home}</h1>
      <FirstRun overview={overview} />
    </>
  );
}

function Loaded({ overview, totals }: { overview: OverviewView; totals: Totals }) {
  const unpriced = totals.price_missing_skus.length + (totals.price_missing_more ?? 0);
  const next = overview.connection === "connected" && overview.next_check_at;
  const seen = useSeen();
  return (
    <>
      <div className="grid grid-cols-[1fr_auto] items-center gap-3">
        <p className="text-dim">
          <strong className="text-ink">
            <bdi>{overview.directory}</bdi>
          </strong>
          {overview.checked_at && (
            <span className="max-sm:block sm:before:content-['_·_']">
              {t.checked(ago(overview.checked_at))}
              {next && ` · ${t.nextCheck(soon(next))}`}
            </span>
          )}
        </p>
        <CheckNow />
      </div>
      <div className="grid gap-3">
        <Headline overview={overview} totals={totals} />
        <p className="text-dim text-sm">{t.promise}</p>
      </div>
      {overview.top.length > 0 && <Next top={overview.top} all={overview.findings} />}
      {seen && (
        <>
          <SinceLastMonth course={overview.course} />
          {unpriced > 0 && (
            <Notice
              icon="licences"
              title={t.unpriced(unpriced)}
              action={<ButtonLink to="/licences">{t.seeLicences}</ButtonLink>}
            >
              {t.unpricedLead}
            </Notice>
          )}
          <NotEvaluated items={overview.not_evaluated} />
          <Begin overview={overview} />
        </>
      )}
    </>
  );
}

function Headline({ overview, totals }: { overview: OverviewView; totals: Totals }) {
  const { findings, saved, connection, next_check_at } = overview;
  if (totals.monthly.amount_minor > 0) {
    return (
      <section className="grid gap-3 sm:gap-5">
        <h1 className="text-3xl sm:text-5xl">{t.headline(money(totals.monthly))}</h1>
        <div className="grid gap-1">
          <p className="sm:text-lg">
            <Amount of={totals.certain_monthly} is={t.certain} /> · <Amount of={totals.likely_monthly} is={t.likely} />
            {saved && (
              <>
                {" · "}
                <Amount of={saved} is={t.saved} />
              </>
            )}
          </p>
          <p className="max-sm:text-sm">{t.spend(money(totals.spend_monthly), totals.paid_seats_bought)}</p>
          <Basis of={totals.price_basis} />
        </div>
        <MoneyBar totals={totals} />
        {/* With something to do next the link stands below that. */}
        {overview.top.length === 0 && <TextLink to="/savings">{t.where}</TextLink>}
      </section>
    );
  }
  if (totals.price_missing_skus.length > 0) {
    return (
      <section className="grid gap-5">
        <h1 className="text-4xl sm:text-5xl">{t.zeroTitle}</h1>
        <p className="text-lg">{t.zero(findings)}</p>
      </section>
    );
  }
  const year = saved && { ...saved, amount_minor: 12 * saved.amount_minor };
  return (
    <section className="grid gap-5 rounded-xl border border-line bg-tint p-5 sm:p-8">
      <h1 className="flex items-center gap-3 text-4xl sm:text-5xl">
        <Icon name="check" className="size-10 text-good" />
        {t.goodTitle}
      </h1>
      <div className="grid gap-1 text-lg">
        {saved && year && saved.amount_minor > 0 && (
          <p className="font-semibold">{t.goodSaved(money(saved), money(year))}</p>
        )}
        <p>{t.good(totals.assigned, totals.paid_seats_bought)}</p>
        {overview.top.length === 0 && (
          <p>{t.nothingLeft(connection === "connected" && next_check_at ? soon(next_check_at) : undefined)}</p>
        )}
      </div>
    </section>
  );
}

const Amount = ({ of, is }: { of: Money; is: string }) => (
  <>
    <strong className="tabular-nums">{money(of)}</strong> {is}
  </>
);

function Next({ top, all }: { top: readonly NextAction[]; all: number }) {
  return (
    <section className="grid gap-2 border-line border-t pt-4 sm:pt-6">
      <h2>{t.next}</h2>
      <ol className="grid">
        {top.map((action, at) => (
          <li
            key={action.finding}
            className="grid grid-cols-[2rem_1fr] items-baseline gap-x-2 border-line border-b py-4 last:border-0 sm:grid-cols-[2rem_1fr_auto]"
          >
            <span aria-hidden="true" className="font-display text-2xl text-accent">
              {at + 1}
            </span>
            <div>
              <h3>{action.headline}</h3>
              <p className="text-dim">
                {savingOf(action)} · {wayOf(action)}
              </p>
            </div>
            <div className="col-start-2 pt-2 sm:col-start-3 sm:pt-0">
              <ButtonLink
                // What to do first stands out; the others wait.
                look={at === 0 ? "main" : "plain"}
                to="/savings/$finding"
                params={{ finding: action.finding }}
                aria-label={`${wordOf(action)}: ${action.headline}`}
              >
                {wordOf(action)}
              </ButtonLink>
            </div>
          </li>
        ))}
      </ol>
      <TextLink to="/savings">{all > top.length ? t.all(all) : t.where}</TextLink>
    </section>
  );
}

const wordOf = ({ remedy }: NextAction): string => (fixable(remedy) ? t.review : t.showHow);

/** Whether it can be undone, or who does it elsewhere and by when. */
function wayOf({ remedy, undo, reduce_by }: NextAction): string {
  if (fixable(remedy)) return t.undoable(undo);
  return reduce_by ? t.askBy(remedy, day(reduce_by)) : t.remedy(remedy);
}

function savingOf({ monthly, realisable_on }: NextAction): string {
  if (!monthly) return t.noPrice;
  return realisable_on ? t.savesFrom(money(monthly), day(realisable_on)) : t.saves(money(monthly));
}
