import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { findingsLicensesOptions, findingsListPeopleInfiniteOptions } from "~/api/generated/@tanstack/react-query.gen";
import { findingsExportPeople } from "~/api/generated/sdk.gen";
import type { CheckId, PersonStatus as Kind, OverviewView, PersonView } from "~/api/generated/types.gen";
import { Export } from "~/features/export/Export";
import { PreviewSheet } from "~/features/fixes/PreviewSheet";
import { ShowNames } from "~/features/fixes/ShowNames";
import { FirstRun } from "~/features/home/FirstRun";
import { useOverview } from "~/features/home/Freshness";
import { Cost, isFree } from "~/features/people/cost";
import { PersonStatus } from "~/features/people/PersonStatus";
import { Allowed } from "~/features/shell/Allowed";
import { useRoleReason } from "~/features/shell/me";
import { days } from "~/lib/format";
import { useSettled } from "~/lib/settled";
import { Button, ButtonLink } from "~/ui/button";
import { Field, Select } from "~/ui/form";
import { ListLink, ListTextLink } from "~/ui/link";
import { named } from "~/ui/named";
import { Page } from "~/ui/page";
import { More, paged } from "~/ui/paging";
import { Empty, Notice, Problem, Skeleton } from "~/ui/states";
import { type Column, Cut, Table } from "~/ui/table";
import { people as t } from "~texts/people";

const SORTS = ["name", "cost"] as const;
interface Search {
  search?: string;
  status?: Kind;
  department?: string;
  licence?: string;
  sort?: "cost";
  /** The preview of showing names in Microsoft's reports is open. */
  preview?: true;
}

const said = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined);
const isStatus = (value: unknown): value is Kind => typeof value === "string" && Object.hasOwn(t.statuses, value);

export const Route = createFileRoute("/_app/people/")({
  validateSearch: (from: Record<string, unknown>): Search => {
    const [search, department, licence] = [said(from.search), said(from.department), said(from.licence)];
    return {
      ...(search && { search }),
      ...(isStatus(from.status) && { status: from.status }),
      ...(department && { department }),
      ...(licence && { licence }),
      ...(from.sort === "cost" && { sort: from.sort }),
      ...(from.preview === true && { preview: true }),
    };
  },
  component: () => (
    <Allowed to="people:read" title={t.title}>
      <People />
    </Allowed>
  ),
});

function People() {
  const { preview, ...search } = Route.useSearch();
  const navigate = Route.useNavigate();
  const mayNotPreview = useRoleReason("fixes:preview");
  const overview = useOverview();
  const list = useInfiniteQuery({
    ...findingsListPeopleInfiniteOptions({ query: { ...search, limit: 50 } }),
    ...paged,
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const totals = overview.data?.totals;
  const filtered = Object.keys(search).some((name) => name !== "sort");
  return (
    <Page
      title={t.title}
      lead={totals && t.lead(totals.people, totals.licensed_people)}
      actions={<Export name="steward-people" take={exported} />}
    >
      {overview.data && <KnownInPart overview={overview.data} />}
      {(rows.length > 0 || filtered) && <Filter search={search} />}
      {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && !list.error && <Skeleton rows={8} />}
      {rows.length > 0 && (
        <div aria-busy={list.isPlaceholderData} className={list.isPlaceholderData ? "opacity-60" : ""}>
          <Table caption={t.caption} rows={rows} columns={COLUMNS} id={(row) => row.person} />
        </div>
      )}
      {list.data && rows.length === 0 && <Nobody filtered={filtered} overview={overview.data} />}
      <More of={list} />
      {preview && !mayNotPreview && (
        <PreviewSheet action="reveal_report_names" onClose={() => navigate({ search, replace: true })} />
      )}
    </Page>
  );
}

const exported = (cursor: string | undefined) => findingsExportPeople({ query: { cursor }, parseAs: "blob" });

function Nobody({ filtered, overview }: { filtered: boolean; overview: OverviewView | undefined }) {
  if (filtered) {
    return (
      <Empty title={t.none} action={<ButtonLink to="/people">{t.everybody}</ButtonLink>}>
        {t.noneLead}
      </Empty>
    );
  }
  return overview && !overview.totals ? (
    <FirstRun overview={overview} />
  ) : (
    <Empty title={t.notYet}>{t.notYetLead}</Empty>
  );
}

/** The check of people who were not there for long: what it cannot tell, this page cannot either. */
const INACTIVE: CheckId = "L6";

/** Why it is not known of everybody when they were last there: reports hide names, or a source is missing. */
function KnownInPart({ overview: { not_evaluated } }: { overview: OverviewView }) {
  const concealed = not_evaluated.find(({ reason }) => reason === "names_concealed");
  const told = concealed ?? not_evaluated.find(({ check }) => check === INACTIVE);
  return told ? (
    <Notice tone="warn" icon="warn" title={concealed ? t.concealed : t.knownInPart} action={concealed && <ShowNames />}>
      {told.detail}
    </Notice>
  ) : null;
}

function Filter({ search }: { search: Search }) {
  const navigate = Route.useNavigate();
  const licences = useQuery(findingsLicensesOptions());
  const [typed, type] = useState(search.search ?? "");
  const set = (change: { [Name in keyof Search]?: string | undefined }) =>
    navigate({ search: (before) => ({ ...before, ...change }) as Search, replace: true, resetScroll: false });
  const inAddress = search.search ?? "";
  // Asked for from here and not in the address yet: when it comes there, somebody may have typed on.
  const asked = useRef<string[]>([]);
  useEffect(() => {
    const at = asked.current.lastIndexOf(inAddress);
    asked.current = at < 0 ? [] : asked.current.slice(at + 1);
    if (at < 0) type(inAddress);
  }, [inAddress]);
  const settled = useSettled(typed.trim());
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed is looked for
  useEffect(() => {
    if (settled === (asked.current.at(-1) ?? inAddress)) return;
    asked.current.push(settled);
    set({ search: settled || undefined });
  }, [settled]);
  return (
    <search
      aria-label={t.filter}
      className="grid gap-3 rounded-xl border border-line bg-card p-4 sm:grid-cols-2 lg:grid-cols-[2fr_1fr_1fr_1fr]"
    >
      <Field
        label={t.search}
        name="search"
        type="search"
        required={false}
        autoComplete="off"
        maxLength={100}
        value={typed}
        onChange={(event) => type(event.target.value)}
      />
      <Select
        label={t.status}
        name="status"
        value={search.status ?? ""}
        onChange={(event) => set({ status: event.target.value || undefined })}
      >
        <option value="">{t.any}</option>
        {Object.entries(t.statuses).map(([status, name]) => (
          <option key={status} value={status}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        label={t.licence}
        name="licence"
        value={search.licence ?? ""}
        onChange={(event) => set({ licence: event.target.value || undefined })}
      >
        <option value="">{t.any}</option>
        {licences.data?.items.map(({ sku, product, part_number }) => (
          <option key={sku} value={sku}>
            {product ?? part_number}
          </option>
        ))}
      </Select>
      <Select
        label={t.sort}
        name="sort"
        value={search.sort ?? "name"}
        onChange={(event) => set({ sort: event.target.value === "cost" ? "cost" : undefined })}
      >
        {SORTS.map((sort) => (
          <option key={sort} value={sort}>
            {t.sorts[sort]}
          </option>
        ))}
      </Select>
      {search.department && (
        <p className="flex flex-wrap items-center gap-x-3 sm:col-span-full">
          <span>{named(t.inDepartment, search.department)}</span>
          <Button look="quiet" onClick={() => set({ department: undefined })}>
            {t.everyDepartment}
          </Button>
        </p>
      )}
    </search>
  );
}

const COLUMNS: readonly Column<PersonView>[] = [
  {
    head: t.person,
    cell: ({ person, name, address, department }) => (
      <span className="block sm:max-w-80">
        <Cut text={name}>
          <ListTextLink to="/people/$person" params={{ person }}>
            <bdi>{name}</bdi>
          </ListTextLink>
        </Cut>
        <bdi className="block break-all font-normal text-dim text-sm">{address}</bdi>
        {department && (
          <ListLink
            to="/people"
            search={{ department }}
            className="font-normal text-dim text-sm underline underline-offset-4"
            aria-label={t.onlyDepartment(department)}
          >
            <bdi>{department}</bdi>
          </ListLink>
        )}
      </span>
    ),
  },
  { head: t.status, cell: ({ status, status_text }) => <PersonStatus status={status} text={status_text} /> },
  { head: t.licences, cell: (row) => <Held row={row} /> },
  {
    head: t.lastSeen,
    cell: ({ last_sign_in }) => (last_sign_in ? days(last_sign_in.earliest, last_sign_in.latest) : t.notKnown),
  },
  { head: t.cost, cell: (person) => <Cost person={person} />, numeric: true },
];

function Held({ row: { licences } }: { row: PersonView }) {
  const paid = licences.filter((licence) => !isFree(licence));
  const free = licences.length - paid.length;
  return (
    <>
      {paid.map(({ sku, product }) => (
        <span key={sku} className="block">
          {product}
        </span>
      ))}
      {free > 0 && <span className="block text-dim text-sm">{t.free(free)}</span>}
      {licences.length === 0 && <span className="text-dim">{t.noLicence}</span>}
    </>
  );
}
