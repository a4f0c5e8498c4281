import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { fixesListInfiniteOptions, fixesListInfiniteQueryKey } from "~/api/generated/@tanstack/react-query.gen";
import { fixesUndo } from "~/api/generated/sdk.gen";
import type { FixView } from "~/api/generated/types.gen";
import { useRoleReason } from "~/features/shell/me";
import { ago, moment } from "~/lib/format";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Page } from "~/ui/page";
import { paged } from "~/ui/paging";
import { Empty, Problem, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { changes as t } from "~texts/changes";

export const Route = createFileRoute("/_app/changes")({ component: Changes });

function Changes() {
  const list = useInfiniteQuery({ ...fixesListInfiniteOptions({ query: { limit: 50 } }), ...paged });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={t.title} lead={t.lead}>
      {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && !list.error && <Skeleton rows={6} />}
      {list.data && rows.length === 0 && <Empty title={t.none}>{t.noneLead}</Empty>}
      <ul>
        {rows.map((fix) => (
          <Change key={fix.fix} fix={fix} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button onClick={() => list.fetchNextPage()} busy={list.isFetchingNextPage}>
          {t.more}
        </Button>
      )}
    </Page>
  );
}

function Change({ fix }: { fix: FixView }) {
  const client = useQueryClient();
  const mayNot = useRoleReason("fixes:apply");
  const [undo, undoing] = useAct(async () => {
    // A click is one intention: sent twice, it is undone once.
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    await fixesUndo({ path: { fix: fix.fix }, headers });
    toast(t.undoing);
    await client.invalidateQueries({ queryKey: fixesListInfiniteQueryKey({ query: { limit: 50 } }) });
  });
  return (
    <li className="grid gap-x-6 gap-y-1 border-line border-b py-3 sm:grid-cols-[1fr_auto]">
      <div>
        <p>
          <bdi>{fix.headline}</bdi>
        </p>
        <p className="text-dim text-sm">
          {t.states[fix.state]} · {t.tally(fix.tally)} ·{" "}
          <time dateTime={fix.requested_at} title={moment(fix.requested_at)}>
            {ago(fix.requested_at)}
          </time>
        </p>
        <p className="text-dim text-sm">{fix.undo.text}</p>
      </div>
      {fix.undo.possible && (
        <Button onClick={undo} busy={undoing} disabledReason={mayNot}>
          {t.undo}
        </Button>
      )}
    </li>
  );
}
