import { useInfiniteQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useEffect } from "react";
import { fixesItemsInfiniteOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { FixView, ItemState, ItemView, OutcomeView } from "~/api/generated/types.gen";
import { NextOfQueue } from "~/features/findings/NextOfQueue";
import { FixActs } from "~/features/fixes/FixActs";
import { who } from "~/features/fixes/FixRow";
import { moving, standing, useFix } from "~/features/fixes/fix";
import { Allowed } from "~/features/shell/Allowed";
import { useNames } from "~/features/shell/me";
import { moment, money, withDays } from "~/lib/format";
import { ButtonLink } from "~/ui/button";
import { TextLink } from "~/ui/link";
import { Page, Part } from "~/ui/page";
import { More, paged } from "~/ui/paging";
import { Notice, Problem, Skeleton, Status } from "~/ui/states";
import { Table } from "~/ui/table";
import { changes } from "~texts/changes";

const t = changes.one;

export const Route = createFileRoute("/_app/changes_/$fix")({
  component: () => (
    <Allowed to="fixes:read" title={changes.title}>
      <Fix />
    </Allowed>
  ),
});

function Fix() {
  const { fix: id } = Route.useParams();
  const fix = useFix(id);
  if (fix.error?.status === 404) {
    return <Page title={t.gone} actions={<ButtonLink to="/changes">{t.back}</ButtonLink>} />;
  }
  if (fix.error && !fix.data) {
    return (
      <Page title={changes.title}>
        <Problem error={fix.error} onRetry={() => fix.refetch()} />
      </Page>
    );
  }
  if (!fix.data) return <Skeleton rows={5} tall />;
  return (
    <div className="grid gap-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <TextLink to="/changes">{t.back}</TextLink>
        <NextOfQueue />
      </div>
      <Loaded fix={fix.data} />
    </div>
  );
}

function Loaded({ fix }: { fix: FixView }) {
  const names = useNames();
  const { word, tone } = standing(fix);
  const freed = fix.state === "finished" ? fix.saving.freed : [];
  return (
    <Page title={fix.headline} lead={who(fix, names)} actions={<FixActs fix={fix} />}>
      <section aria-live="polite" className="grid gap-3 rounded-xl border border-line bg-tint p-5 sm:p-6">
        <p className="flex flex-wrap items-center gap-x-4">
          <Status tone={tone}>{word}</Status>
          {fix.state === "scheduled" && fix.at && <span>{changes.begins(moment(fix.at))}</span>}
          {!fix.undo_tally && fix.saving.monthly && <span>{changes.saves(money(fix.saving.monthly))}</span>}
        </p>
        <Progress fix={fix} />
        <p>{changes.tally(fix.tally)}</p>
        {fix.undo_tally && <p>{changes.tally(fix.undo_tally, true)}</p>}
        {!moving(fix) && fix.state !== "undone" && fix.state !== "cancelled" && (
          <p className="text-dim">{withDays(fix.undo.text)}</p>
        )}
        {fix.finding && (
          <p>
            <TextLink to="/savings/$finding" params={{ finding: fix.finding }}>
              {t.from}
            </TextLink>
          </p>
        )}
      </section>
      {fix.stopped && (
        <Notice tone="warn" icon="warn" title={t.stopped}>
          {fix.stopped.text}
        </Notice>
      )}
      {freed.length > 0 && (
        <Part title={t.next} lead={t.nextLead}>
          <ul className="grid gap-1">
            {freed.map(({ sku, text }) => (
              <li key={sku}>{withDays(text)}</li>
            ))}
          </ul>
        </Part>
      )}
      <Items fix={fix} />
    </Page>
  );
}

/** How many of its items are through, in the direction it goes. */
function Progress({ fix }: { fix: FixView }) {
  if (!moving(fix)) return null;
  const back = fix.state === "undo_queued" || fix.state === "undoing";
  const tally = back && fix.undo_tally ? fix.undo_tally : fix.tally;
  const all = tally.open + tally.done + tally.failed + tally.skipped + tally.pending;
  return (
    <>
      <progress
        className="h-2 w-full appearance-none overflow-hidden rounded-full bg-well [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-well [&::-webkit-progress-value]:bg-accent"
        aria-label={t.progressLabel}
        max={all}
        value={all - tally.open}
      />
      <p className="text-dim text-sm">
        {t.progress(all - tally.open, all)} · {fix.state === "queued" || fix.state === "undo_queued" ? t.waits : t.live}
      </p>
    </>
  );
}

function Items({ fix }: { fix: FixView }) {
  const list = useInfiniteQuery({
    ...fixesItemsInfiniteOptions({ path: { fix: fix.fix } }),
    ...paged,
    initialPageParam: { path: { fix: fix.fix } },
  });
  // Items are asked for again when the numbers say that one of them moved.
  const moved = JSON.stringify([fix.state, fix.tally, fix.undo_tally]);
  const { refetch } = list;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what moved is why, not what is used
  useEffect(() => {
    refetch();
  }, [moved, refetch]);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const both = rows.some((item) => item.undo);
  return (
    <Part title={t.each}>
      {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && !list.error && <Skeleton />}
      {rows.length > 0 && (
        <Table
          caption={t.each}
          rows={rows}
          id={(item) => String(item.number)}
          columns={[
            { head: t.person, cell: (item) => <bdi>{item.name}</bdi> },
            { head: t.what, cell: (item) => <bdi>{item.what}</bdi> },
            { head: t.result, cell: (item) => <Outcome outcome={item.outcome} words={changes.items} /> },
            ...(both ? [{ head: t.undone, cell: undone }] : []),
          ]}
        />
      )}
      <More of={list} rest={rows.length < fix.items} />
    </Part>
  );
}

const undone = ({ undo }: ItemView) => (undo ? <Outcome outcome={undo} words={changes.undoItems} /> : "–");

const tones = {
  waiting: "quiet",
  intended: "quiet",
  written: "quiet",
  done: "good",
  failed: "bad",
  skipped: "quiet",
  pending: "warn",
} as const satisfies Record<ItemState, string>;

function Outcome({ outcome, words }: { outcome: OutcomeView; words: Record<ItemState, string> }) {
  const { state, reason } = outcome;
  return (
    <>
      <Status tone={tones[state]}>{words[state]}</Status>
      {reason && <span className="block text-dim text-sm">{reason.text}</span>}
    </>
  );
}
