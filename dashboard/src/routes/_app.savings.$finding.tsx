import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { apiError } from "~/api/error";
import {
  findingsGetOptions,
  findingsLicensesOptions,
  findingsPeopleInfiniteOptions,
  fixesListOptions,
} from "~/api/generated/@tanstack/react-query.gen";
import type { Affected, AffectedSku, Cost, FindingDetail, Guard } from "~/api/generated/types.gen";
import { Basis } from "~/features/findings/Basis";
import { Decide, Decided } from "~/features/findings/Decide";
import { fixable } from "~/features/findings/fixable";
import { NextOfQueue } from "~/features/findings/NextOfQueue";
import { Questions } from "~/features/findings/Questions";
import { Steps } from "~/features/findings/Steps";
import { FixRow } from "~/features/fixes/FixRow";
import { LostAnswerOf } from "~/features/fixes/LostAnswer";
import { PreviewSheet } from "~/features/fixes/PreviewSheet";
import { CheckNow, useOverview } from "~/features/home/Freshness";
import { Allowed } from "~/features/shell/Allowed";
import { useCan, useNames, useRoleReason } from "~/features/shell/me";
import { day, listed, money, number, withDays } from "~/lib/format";
import { Button, ButtonLink } from "~/ui/button";
import { Icon } from "~/ui/icons";
import { TextLink } from "~/ui/link";
import { named } from "~/ui/named";
import { Page, Part } from "~/ui/page";
import { More, paged } from "~/ui/paging";
import { Problem, Skeleton, Status } from "~/ui/states";
import { Table } from "~/ui/table";
import { common } from "~texts/common";
import { deciding } from "~texts/deciding";
import { findings } from "~texts/findings";
import { fixing } from "~texts/fixing";

const t = findings.detail;

/** The preview is open: of what the finding advises, or of something else for the same people. */
const PREVIEWED = ["advised", "leave_group", "block_sign_in"] as const;
type Previewed = (typeof PREVIEWED)[number];
const isPreviewed = (value: unknown): value is Previewed => PREVIEWED.includes(value as Previewed);

export const Route = createFileRoute("/_app/savings/$finding")({
  // `person`: only of this one; from their page.
  validateSearch: ({ preview, person }: Record<string, unknown>): { preview?: Previewed; person?: string } =>
    isPreviewed(preview) ? { preview, ...(typeof person === "string" && { person }) } : {},
  component: () => (
    <Allowed to="findings:read" title={findings.title}>
      <Finding />
    </Allowed>
  ),
});

function Finding() {
  const { finding } = Route.useParams();
  const detail = useQuery(findingsGetOptions({ path: { finding } }));
  if (detail.error?.status === 404) {
    return (
      <Page
        title={t.gone}
        lead={goneOf(detail.error)}
        actions={
          <>
            <ButtonLink to="/savings">{t.back}</ButtonLink>
            <NextOfQueue />
          </>
        }
      >
        <LostAnswerOf finding={finding} />
        <Made finding={finding} />
      </Page>
    );
  }
  if (detail.error && !detail.data) {
    return (
      <Page title={findings.title}>
        <Problem error={detail.error} onRetry={() => detail.refetch()} />
      </Page>
    );
  }
  if (!detail.data) return <Skeleton rows={5} tall />;
  return <Loaded detail={detail.data} />;
}

/** Since when nothing finds it any more and what it said, as far as that is kept. */
function goneOf(error: unknown): ReactNode {
  const gone = apiError(error).members.gone as { headline: string; gone_since: string } | undefined;
  return gone ? named((headline) => t.goneSince(day(gone.gone_since), headline), gone.headline) : t.goneLead;
}

function Loaded({ detail }: { detail: FindingDetail }) {
  return (
    <div className="grid gap-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <TextLink to="/savings">{t.back}</TextLink>
        <NextOfQueue />
      </div>
      <Page title={detail.headline} lead={detail.why_it_matters}>
        <Amount detail={detail} />
        <Act detail={detail} />
        <Decided detail={detail} />
        {detail.guards.length > 0 && <Guards guards={detail.guards} />}
        <Part title={t.happens}>
          <dl className="grid gap-4">
            <Said term={t.changes}>{detail.what_changes}</Said>
            <Said term={t.notice}>{detail.what_people_notice}</Said>
            <Said term={t.undo}>
              <strong>{findings.undo(detail.undo)}.</strong> {detail.undo_text}
            </Said>
          </dl>
        </Part>
        {detail.costs.length > 0 && <Costs costs={detail.costs} of={detail.price_basis} />}
        <People finding={detail.finding} people={detail.people} />
        <Questions finding={detail.finding} />
        <Decide detail={detail} />
        <Made finding={detail.finding} />
        <Seen detail={detail} />
      </Page>
    </div>
  );
}

/** The one thing to do about it: look at the fix, or the steps to take at Microsoft. */
function Act({ detail }: { detail: FindingDetail }) {
  const { preview, person } = Route.useSearch();
  const navigate = Route.useNavigate();
  const mayNot = useRoleReason("fixes:preview");
  useOverview();
  if (!fixable(detail.remedy)) return <Steps steps={detail.steps} actions={<CheckNow />} />;
  const show = (preview?: Previewed, replace = true) => navigate({ search: preview ? { preview } : {}, replace });
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button look="main" onClick={() => show("advised", false)} disabledReason={mayNot}>
          {fixing.open}
        </Button>
        <p className="text-dim">{fixing.openLead}</p>
        {preview && !mayNot && (
          <PreviewSheet
            key={detail.finding + preview}
            finding={detail}
            action={preview === "advised" ? undefined : preview}
            person={person}
            onAction={(action) => show(action === "leave_group" ? action : "advised")}
            onClose={() => show()}
          />
        )}
      </div>
      <Steps steps={detail.steps} beside actions={<CheckNow />} />
    </>
  );
}

/** Fixes that were made for this finding, of the newest there are. */
function Made({ finding }: { finding: string }) {
  const mayRead = useCan("fixes:read");
  const fixes = useQuery({ ...fixesListOptions({ query: { limit: 50 } }), enabled: mayRead });
  const names = useNames();
  const own = fixes.data?.items.filter((fix) => fix.finding === finding) ?? [];
  if (own.length === 0) return null;
  return (
    <Part title={deciding.history}>
      <ul>
        {own.map((fix) => (
          <FixRow key={fix.fix} fix={fix} names={names} />
        ))}
      </ul>
    </Part>
  );
}

function Said({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-dim text-sm">{term}</dt>
      <dd className="max-w-prose">{children}</dd>
    </div>
  );
}

function Amount({ detail }: { detail: FindingDetail }) {
  const { saving, stake, cost_monthly, certainty, price_missing, first_found, remedy, seats, people, fixed } = detail;
  return (
    <section className="grid gap-4 rounded-xl border border-line bg-tint p-5 sm:p-6">
      {saving ? (
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-display text-4xl tabular-nums">{money(saving.monthly)}</span>
          <span>{t.month}</span>
          <span className="text-dim">
            {t.year(money(saving.annual))}
            {saving.this_year.amount_minor > 0 && <> · {t.thisYear(money(saving.this_year))}</>}
          </span>
        </p>
      ) : (
        <p>{price_missing.length > 0 ? t.noPrice : t.noMoney(stake.type, cost_monthly && money(cost_monthly))}</p>
      )}
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-dim">
        <Status tone={certainty === "certain" ? "good" : "quiet"}>{findings.certainty(certainty)}</Status>
        <span>{common.licences(seats)}</span>
        <span>
          {findings.how}: {findings.remedy(remedy)}
        </span>
        <span>{t.since(day(first_found))}</span>
      </p>
      {(saving || cost_monthly) && <Basis of={detail.price_basis} />}
      {fixed > 0 && <p className="text-sm">{t.fixedOf(fixed, people)}</p>}
      {saving && saving.parts.length > 0 && (
        <div className="grid gap-2">
          <h3>{t.parts}</h3>
          <p className="text-dim text-sm">{t.partsLead}</p>
          <Table
            caption={t.parts}
            rows={saving.parts}
            id={(part) => `${part.on}-${part.seats}-${part.monthly.amount_minor}`}
            columns={[
              { head: t.when, cell: ({ on }) => (on ? day(on) : t.now) },
              { head: t.seats, cell: ({ seats }) => number(seats), numeric: true },
              { head: t.amount, cell: ({ monthly }) => money(monthly), numeric: true },
            ]}
          />
        </div>
      )}
      {price_missing.length > 0 && (
        <p className="text-sm">
          {listed(price_missing.map(({ product, part_number }) => product ?? part_number))}: {findings.noPrice}.
        </p>
      )}
    </section>
  );
}

function Guards({ guards }: { guards: readonly Guard[] }) {
  return (
    <Part title={t.guards}>
      <ul className="grid gap-3">
        {guards.map(({ id, text }) => (
          <li key={id} className="flex max-w-prose gap-3">
            <Icon name="warn" className="mt-0.5 size-5 text-warn" />
            {withDays(text)}
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** What it costs by department, where that is what the finding tells. */
function Costs({ costs, of }: { costs: readonly Cost[]; of: FindingDetail["price_basis"] }) {
  return (
    <Part title={t.costs}>
      <Table
        caption={t.costs}
        rows={costs}
        id={({ name }) => name ?? ""}
        columns={[
          { head: t.department, cell: ({ name }) => (name ? <bdi>{name}</bdi> : t.noDepartment) },
          { head: t.people, cell: ({ people }) => number(people), numeric: true },
          { head: t.seats, cell: ({ seats }) => number(seats.reduce((sum, one) => sum + one.seats, 0)), numeric: true },
          { head: t.amount, cell: spent, numeric: true },
        ]}
      />
      <Basis of={of} />
    </Part>
  );
}

function spent({ monthly, price_missing }: Cost): string {
  if (!monthly) return findings.noPrice;
  return price_missing ? t.atLeast(money(monthly)) : money(monthly);
}

function People({ finding, people }: { finding: string; people: number }) {
  const list = useInfiniteQuery({
    ...findingsPeopleInfiniteOptions({ path: { finding }, query: { limit: 50 } }),
    ...paged,
    initialPageParam: { path: { finding } },
    enabled: people > 0,
  });
  const licences = useQuery({ ...findingsLicensesOptions(), enabled: people > 0 });
  const names = new Map(licences.data?.items.map((row) => [row.sku, row.product ?? row.part_number]));
  if (people === 0) return <Part title={t.people} lead={t.peopleNone} />;
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Part title={common.people(people)}>
      {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && !list.error && <Skeleton />}
      {rows.length > 0 && (
        <Table
          caption={t.people}
          rows={rows}
          id={(row) => row.person}
          columns={[
            { head: t.person, cell: (row) => <Person row={row} /> },
            { head: t.holds, cell: (row) => <Licences row={row} names={names} /> },
            { head: t.evidence, cell: (row) => <Evidence row={row} /> },
            { head: t.amount, cell: (row) => cost(row.skus), numeric: true },
          ]}
        />
      )}
      <More of={list} rest={rows.length < people} />
    </Part>
  );
}

function Person({ row }: { row: Affected }) {
  const tone = { review: "warn", remove: "good", keep: "quiet" } as const;
  return (
    <>
      <bdi>{row.name}</bdi>
      <bdi className="block break-all font-normal text-dim text-sm">{row.upn}</bdi>
      <span className="text-sm">
        <Status tone={tone[row.advice]}>{t.advice[row.advice]}</Status>
      </span>
    </>
  );
}

function Licences({ row, names }: { row: Affected; names: ReadonlyMap<string, string> }) {
  return row.skus.map((held) => (
    <span key={held.sku} className="block">
      {names.get(held.sku) ?? held.sku}
      {!held.direct && <span className="text-dim text-sm"> ({t.fromGroup})</span>}
      {held.counted_in && <span className="text-dim text-sm"> ({t.counted})</span>}
      {held.fixed && <span className="text-dim text-sm"> ({t.fixed})</span>}
    </span>
  ));
}

function Evidence({ row }: { row: Affected }) {
  return row.evidence.map(({ what, value }) => (
    <span key={what} className="block text-sm">
      <span className="text-dim">{what}:</span> <bdi>{withDays(value)}</bdi>
    </span>
  ));
}

/** What counts for this person, in one currency. */
function cost(skus: readonly AffectedSku[]): string {
  const counted = skus.filter((held) => held.monthly && held.counts);
  const first = counted[0]?.monthly;
  if (!first) return "–";
  const sum = counted.reduce(
    (sum, { monthly }) => sum + (monthly?.currency === first.currency ? monthly.amount_minor : 0),
    0,
  );
  return money({ amount_minor: sum, currency: first.currency });
}

function Seen({ detail }: { detail: FindingDetail }) {
  return (
    <Part title={t.evidence}>
      <Table
        caption={t.evidence}
        rows={detail.evidence}
        id={(row) => row.what + row.source + row.value}
        columns={[
          { head: t.what, cell: (row) => row.what },
          { head: t.value, cell: (row) => <bdi>{withDays(row.value)}</bdi> },
          { head: t.source, cell: (row) => (row.as_of ? `${row.source}, ${day(row.as_of)}` : row.source) },
        ]}
      />
      <details>
        <summary className="w-fit text-dim">{t.technical}</summary>
        <p className="mt-2 max-w-prose text-dim text-sm">{detail.technical_detail}</p>
      </details>
    </Part>
  );
}
