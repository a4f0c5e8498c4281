import { useInfiniteQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { fixesListInfiniteOptions } from "~/api/generated/@tanstack/react-query.gen";
import { fixesExport } from "~/api/generated/sdk.gen";
import { Export } from "~/features/export/Export";
import { FixRow } from "~/features/fixes/FixRow";
import { moving } from "~/features/fixes/fix";
import { Allowed } from "~/features/shell/Allowed";
import { useNames } from "~/features/shell/me";
import { day } from "~/lib/format";
import { ButtonLink } from "~/ui/button";
import { Page } from "~/ui/page";
import { More, paged } from "~/ui/paging";
import { Empty, Problem, Skeleton } from "~/ui/states";
import { changes as t } from "~texts/changes";

const POLL_MS = 3000;

export const Route = createFileRoute("/_app/changes")({
  component: () => (
    <Allowed to="fixes:read" title={t.title}>
      <Changes />
    </Allowed>
  ),
});

function Changes() {
  const list = useInfiniteQuery({
    ...fixesListInfiniteOptions({ query: { limit: 50 } }),
    ...paged,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some(moving)) ? POLL_MS : false),
  });
  const names = useNames();
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={t.title} lead={t.lead} actions={rows.length > 0 && <Export name="steward-changes" take={exported} />}>
      {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && !list.error && <Skeleton rows={6} />}
      {list.data && rows.length === 0 && (
        <Empty title={t.none} action={<ButtonLink to="/savings">{t.seeSavings}</ButtonLink>}>
          {t.noneLead}
        </Empty>
      )}
      {Object.entries(Object.groupBy(rows, (fix) => day(fix.requested_at))).map(([on, fixes]) => (
        <section key={on} className="grid gap-2">
          <h2>{on}</h2>
          <ul>
            {fixes?.map((fix) => (
              <FixRow key={fix.fix} fix={fix} names={names} />
            ))}
          </ul>
        </section>
      ))}
      <More of={list} />
    </Page>
  );
}

const exported = (cursor: string | undefined) => fixesExport({ query: { cursor }, parseAs: "blob" });
