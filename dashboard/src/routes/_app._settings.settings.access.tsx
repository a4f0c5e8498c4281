import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import {
  microsoftManifestOptions,
  microsoftStatusOptions,
  microsoftTransparencyInfiniteOptions,
} from "~/api/generated/@tanstack/react-query.gen";
import { microsoftEndTier } from "~/api/generated/sdk.gen";
import type { TierView, Visit, VisitKind } from "~/api/generated/types.gen";
import { queries } from "~/api/queries";
import { Confirm } from "~/features/settings/Confirm";
import { useCan, useRoleReason } from "~/features/shell/me";
import { ago, day, moment, number } from "~/lib/format";
import { Button } from "~/ui/button";
import { Chip } from "~/ui/chip";
import { Icon } from "~/ui/icons";
import { Page, Part } from "~/ui/page";
import { More, paged } from "~/ui/paging";
import { Empty, Notice, Problem, Skeleton, Status } from "~/ui/states";
import { Table } from "~/ui/table";
import { company } from "~texts/company";

const t = company.access;
const KINDS = ["scans", "fixes", "undos", "connections", "questions"] as const satisfies readonly VisitKind[];

export const Route = createFileRoute("/_app/_settings/settings/access")({
  validateSearch: ({ of }: Record<string, unknown>): { of?: VisitKind } => {
    const kind = KINDS.find((one) => one === of);
    return kind ? { of: kind } : {};
  },
  component: () => (
    <Page title={t.title} lead={t.lead}>
      <Visits />
      <May />
      <Manifest />
    </Page>
  ),
});

function Visits() {
  const mayNot = useRoleReason("connection:read");
  return mayNot ? <Notice title={mayNot} /> : <VisitList />;
}

function VisitList() {
  const { of = "scans" } = Route.useSearch();
  const list = useInfiniteQuery({
    ...microsoftTransparencyInfiniteOptions({ query: { of, limit: 10 } }),
    ...paged,
    enabled: useCan("connection:read"),
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <nav aria-label={t.filter} className="flex flex-wrap gap-2">
        {KINDS.map((kind) => (
          <Chip key={kind} to="/settings/access" search={{ of: kind }} chosen={kind === of}>
            {t.filters[kind]}
          </Chip>
        ))}
      </nav>
      {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && !list.error && <Skeleton rows={5} />}
      {list.data && rows.length === 0 && <Empty title={t.none}>{t.noneLead}</Empty>}
      <ul className="grid">
        {rows.map((visit) => (
          <One key={visit.of + visit.at} visit={visit} />
        ))}
      </ul>
      <More of={list} />
    </>
  );
}

function One({ visit: { of, at, scheduled, calls, changed } }: { visit: Visit }) {
  return (
    <li className="grid gap-1 border-line border-b py-3">
      <p className="flex flex-wrap justify-between gap-x-6">
        <strong>
          {t.kind(of)}, {scheduled ? t.bySchedule : t.bySomebody}
        </strong>
        <time dateTime={at} title={moment(at)} className="text-dim text-sm">
          {ago(at)}
        </time>
      </p>
      <p className="text-dim text-sm">
        {t.calls(calls.reduce((sum, { count }) => sum + count, 0))} · {changed ? t.changed(changed) : t.readOnly}
      </p>
      <details>
        <summary className="w-fit text-dim text-sm">{t.details}</summary>
        <div className="mt-2 text-sm">
          <Table
            caption={t.details}
            rows={calls}
            id={({ call }) => call}
            columns={[
              { head: t.what, cell: ({ what }) => what },
              { head: t.why, cell: ({ why }) => why },
              { head: t.permission, cell: ({ permissions }) => permissions.join(", ") || "–" },
              { head: t.times, cell: ({ count }) => number(count), numeric: true },
            ]}
          />
        </div>
      </details>
    </li>
  );
}

/** What Steward was allowed to change, and how to take that back. */
function May() {
  const mayNot = useRoleReason("connection:manage");
  const connection = useQuery({ ...microsoftStatusOptions(), enabled: useCan("connection:read") });
  const [taking, take] = useState<TierView>();
  const [removeAt, setRemoveAt] = useState<string>();
  const tiers = connection.data?.tiers ?? [];
  if (tiers.length === 0) return null;
  return (
    <Part title={t.may} lead={t.mayLead}>
      <ul className="grid">
        {tiers.map((tier) => (
          <li
            key={tier.tier}
            className="flex flex-wrap items-center justify-between gap-3 border-line border-b py-2 last:border-0"
          >
            <span>
              {t.tier(tier.tier)}
              <span className="block text-sm">
                <Status tone={tier.granted ? "good" : "quiet"}>
                  {tier.granted ? (tier.since ? t.granted(day(tier.since)) : t.grantedNoDay) : t.notGranted}
                </Status>
              </span>
            </span>
            <details className="order-last basis-full">
              <summary className="w-fit text-dim text-sm">{t.allows}</summary>
              <ul className="mt-2 grid gap-2">
                {tier.permissions.map(({ name, purpose }) => (
                  <li key={name}>
                    {purpose} <code className="block text-dim text-xs">{name}</code>
                  </li>
                ))}
              </ul>
            </details>
            {tier.granted && (
              <Button
                look="danger"
                onClick={() => take(tier)}
                disabledReason={mayNot}
                aria-label={t.takeOf(t.tier(tier.tier))}
              >
                {t.take}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {removeAt && (
        <Notice
          tone="good"
          icon="check"
          title={t.taken}
          action={
            <a href={removeAt} rel="noreferrer" target="_blank" className="text-accent underline underline-offset-4">
              {t.openMicrosoft}
            </a>
          }
        >
          {t.removeAt}
        </Notice>
      )}
      {taking && (
        <Confirm
          title={t.takeTitle(t.tier(taking.tier))}
          lead={t.takeLead}
          act={t.take}
          onClose={() => take(undefined)}
          onAct={async () => {
            const { data } = await microsoftEndTier({ path: { tier: taking.tier } });
            setRemoveAt(data.remove_at);
            await queries.invalidateQueries({ queryKey: microsoftStatusOptions().queryKey });
          }}
        />
      )}
    </Part>
  );
}

function Manifest() {
  const manifest = useQuery({ ...microsoftManifestOptions(), staleTime: Number.POSITIVE_INFINITY });
  if (manifest.error) return <Problem error={manifest.error} onRetry={() => manifest.refetch()} />;
  if (!manifest.data) return <Skeleton rows={2} tall />;
  const { calls, never } = manifest.data;
  return (
    <>
      <Part title={t.never} lead={t.neverLead}>
        <ul className="grid gap-1">
          {never.map(({ what }) => (
            <li key={what} className="flex gap-2">
              <Icon name="bad" className="mt-0.5 size-5 text-bad" />
              {what}
            </li>
          ))}
        </ul>
      </Part>
      <Part title={t.manifest} lead={t.manifestLead(calls.length)}>
        <details>
          <summary className="w-fit text-accent underline underline-offset-4">{t.show}</summary>
          <div className="mt-4 text-sm">
            <Table
              caption={t.manifest}
              rows={calls}
              id={({ call }) => call}
              columns={[
                {
                  head: t.what,
                  cell: ({ what, writes }) => (
                    <>
                      {what}{" "}
                      <span className={writes ? "text-warn" : "font-normal text-dim"}>
                        ({writes ? t.writes : t.reads})
                      </span>
                    </>
                  ),
                },
                { head: t.why, cell: ({ why }) => why },
                {
                  head: t.permission,
                  cell: ({ permissions, method, path }) => (
                    <>
                      {permissions.join(", ") || "–"}
                      <code className="block break-all text-dim text-xs">
                        {method} {path}
                      </code>
                    </>
                  ),
                },
              ]}
            />
          </div>
        </details>
      </Part>
    </>
  );
}
