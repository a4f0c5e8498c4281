import { createFileRoute } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { NewestScan, Phase } from "~/api/generated/types.gen";
import { FirstRun } from "~/features/home/FirstRun";
import { useOverview } from "~/features/home/Freshness";
import { useCounting } from "~/features/home/useCounting";
import { Allowed } from "~/features/shell/Allowed";
import { money } from "~/lib/format";
import { ButtonLink } from "~/ui/button";
import { Page } from "~/ui/page";
import { Notice, Problem, Skeleton, Status } from "~/ui/states";
import { announce } from "~/ui/toast";
import { connect } from "~texts/connect";

const t = connect.welcome;
const PHASES: readonly Phase[] = ["seats", "people", "usage", "evaluating"];
const SLOW_MS = 60_000;

export const Route = createFileRoute("/_app/welcome")({
  component: () => (
    <Allowed to="findings:read" title={t.title}>
      <Welcome />
    </Allowed>
  ),
});

function Welcome() {
  const overview = useOverview();
  const slow = useAfter(SLOW_MS);
  if (overview.error && !overview.data) {
    return (
      <Page title={t.title}>
        <Problem error={overview.error} onRetry={() => overview.refetch()} />
      </Page>
    );
  }
  if (!overview.data) return <Skeleton rows={4} tall />;
  const { scan } = overview.data;
  if (!scan || scan.state === "failed") {
    return (
      <Page title={t.title}>
        {overview.underWay ? <Skeleton rows={4} tall /> : <FirstRun overview={overview.data} />}
      </Page>
    );
  }
  const done = scan.state === "finished";
  return (
    <Page title={t.title} lead={!done && t.lead} narrow>
      <Progress scan={scan} done={done} />
      {scan.state === "paused" && <Notice icon="activity" title={t.paused} />}
      {slow && !done && scan.state === "running" && <Notice icon="activity" title={t.slow} />}
      {done && (
        <div className="flex flex-wrap items-center gap-4">
          <ButtonLink to="/" look="main">
            {t.see}
          </ButtonLink>
          <p className="text-dim">{t.done}</p>
        </div>
      )}
    </Page>
  );
}

function Progress({ scan, done }: { scan: NewestScan; done: boolean }) {
  const { phase, monthly, people, licence_types } = scan.progress;
  const amount = useCounting(monthly?.amount_minor ?? 0);
  // Whole units while it counts: cents would only flicker.
  const shown = monthly && {
    ...monthly,
    amount_minor: amount === monthly.amount_minor ? amount : amount - (amount % 100),
  };
  const at = done ? PHASES.length : PHASES.indexOf(phase);
  useEffect(() => announce(done ? t.done : t.phase(phase)), [phase, done]);
  return (
    <section className="grid gap-6 rounded-xl border border-line bg-card p-6">
      <p className="grid gap-1">
        <span className="font-display text-5xl tabular-nums sm:text-6xl">{shown ? money(shown) : "…"}</span>
        <span className="text-dim">{shown ? t.unit : t.before}</span>
      </p>
      <progress
        className="h-2 w-full appearance-none overflow-hidden rounded-full bg-well [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-well [&::-webkit-progress-value]:bg-accent"
        max={PHASES.length}
        value={Math.max(0, at)}
        aria-label={t.steps}
      />
      <ol className="grid gap-2">
        {PHASES.map((step, number) => (
          <li key={step} className={`flex justify-between gap-4 ${number > at ? "text-dim" : ""}`}>
            {t.phase(step)}
            <Status tone={number < at ? "good" : "quiet"}>
              {number < at ? t.finished : number === at ? t.now : t.later}
            </Status>
          </li>
        ))}
      </ol>
      <p className="text-dim">
        {[people > 0 && t.people(people), licence_types > 0 && t.types(licence_types)].filter(Boolean).join(" · ")}
      </p>
    </section>
  );
}

function useAfter(milliseconds: number): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), milliseconds);
    return () => clearTimeout(timer);
  }, [milliseconds]);
  return over;
}
