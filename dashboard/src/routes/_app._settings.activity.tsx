import { useInfiniteQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { tenantsEventsInfiniteOptions } from "~/api/generated/@tanstack/react-query.gen";
import { tenantsEventsExport, tenantsEventsVerify } from "~/api/generated/sdk.gen";
import type { Actor, LogEntry } from "~/api/generated/types.gen";
import { download } from "~/features/activity/download";
import { Allowed } from "~/features/shell/Allowed";
import { useNames, useRoleReason } from "~/features/shell/me";
import { ago, moment, number } from "~/lib/format";
import { useAct } from "~/ui/act";
import { Button, ButtonLink } from "~/ui/button";
import { Field, Form, Select, Submit, text } from "~/ui/form";
import { Page } from "~/ui/page";
import { More, paged } from "~/ui/paging";
import { Empty, Problem, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { activity as t } from "~texts/activity";
import { changes } from "~texts/changes";

const FILTERS = ["kind", "actor", "from", "to"] as const;
type Search = Partial<Record<(typeof FILTERS)[number], string>>;

export const Route = createFileRoute("/_app/_settings/activity")({
  validateSearch: (search: Record<string, unknown>): Search =>
    Object.fromEntries(
      FILTERS.flatMap((name) => (typeof search[name] === "string" && search[name] ? [[name, search[name]]] : [])),
    ),
  component: Activity,
});

/** The filter as the API takes it: days are of this place, and the last one is included. */
function asked({ from, to, ...rest }: Search) {
  const midnight = (day: string, later: number) => {
    const date = new Date(`${day}T00:00`);
    date.setDate(date.getDate() + later);
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
  };
  return { ...rest, ...(from && { from: midnight(from, 0) }), ...(to && { to: midnight(to, 1) }) };
}

function Activity() {
  return (
    <Allowed to="events:read" title={t.title}>
      <Log />
    </Allowed>
  );
}

function Log() {
  const search = Route.useSearch();
  const query = asked(search);
  const list = useInfiniteQuery({ ...tenantsEventsInfiniteOptions({ query: { ...query, limit: 50 } }), ...paged });
  const names = useNames();
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const mayNot = useRoleReason("events:export");
  const [take, taking] = useAct(async () => {
    const { data, response } = await tenantsEventsExport({ query, parseAs: "blob" });
    download(`steward-activity-${new Date().toISOString().slice(0, 10)}.csv`, data as unknown as Blob);
    toast(response?.headers.has("link") ? t.exportedPart : t.exported);
  });
  const [verify, verifying] = useAct(verified);
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <>
          <Button onClick={take} busy={taking} disabledReason={mayNot} title={t.exportHint}>
            {t.export}
          </Button>
          <Button onClick={verify} busy={verifying}>
            {t.verify}
          </Button>
        </>
      }
    >
      <Filter search={search} names={names} />
      {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && !list.error && <Skeleton rows={8} />}
      {list.data && rows.length === 0 && (
        <Empty title={t.none} action={<ButtonLink to="/activity">{t.clear}</ButtonLink>}>
          {t.noneLead}
        </Empty>
      )}
      <ol className="grid">
        {rows.map((entry) => (
          <Entry key={entry.id} entry={entry} names={names} />
        ))}
      </ol>
      <More of={list} />
    </Page>
  );
}

async function verified(): Promise<void> {
  let cursor: string | undefined;
  for (;;) {
    const { data } = await tenantsEventsVerify({ query: { cursor } });
    if (data.broken) return toast(t.broken, true);
    if (!data.next_cursor) return toast(t.verified(number(data.length)));
    cursor = data.next_cursor;
  }
}

/** Members' names by their ids, for who may see members. */
function Filter({ search, names }: { search: Search; names: ReadonlyMap<string, string> }) {
  const navigate = Route.useNavigate();
  // Who is asked for is one of them before their name is known, and when they are not in the team any more.
  const asked = search.actor ?? "";
  const other = asked.startsWith("usr_") ? member(asked, names) : asked;
  const actors = new Map([["", t.actors[""]], [asked, other], ...Object.entries(t.actors), ...names]);
  return (
    <Form
      key={JSON.stringify(search)}
      label={t.filter}
      className="grid grid-cols-2 items-end gap-3 rounded-xl border border-line bg-card p-4 lg:grid-cols-[1fr_1fr_auto_auto_auto]"
      onSend={async (values) => {
        const chosen = FILTERS.map((name) => [name, text(values, name)] as const).filter(([, value]) => value);
        await navigate({ search: Object.fromEntries(chosen) });
      }}
    >
      <Select label={t.kind} name="kind" defaultValue={search.kind ?? ""}>
        <option value="">{t.any}</option>
        {Object.entries(t.kinds).map(([kind, name]) => (
          <option key={kind} value={kind}>
            {name}
          </option>
        ))}
      </Select>
      <Select label={t.actor} name="actor" defaultValue={search.actor ?? ""}>
        {[...actors].map(([actor, name]) => (
          <option key={actor} value={actor}>
            {name}
          </option>
        ))}
      </Select>
      <Field label={t.from} name="from" type="date" required={false} defaultValue={search.from} />
      <Field label={t.to} name="to" type="date" required={false} defaultValue={search.to} />
      <Submit look="plain">{t.apply}</Submit>
    </Form>
  );
}

function Entry({ entry, names }: { entry: LogEntry; names: ReadonlyMap<string, string> }) {
  const details = [
    [t.ip, entry.ip],
    [t.device, entry.user_agent],
    [t.request, entry.request_id],
    [t.id, entry.id],
  ].filter(([, value]) => value);
  return (
    <li className="grid gap-x-6 border-line border-b py-3 sm:grid-cols-[1fr_auto]">
      <p>{entry.text}</p>
      <time dateTime={entry.at} title={moment(entry.at)} className="text-dim text-sm">
        {ago(entry.at)}
      </time>
      <details className="text-sm">
        <summary className="w-fit text-dim">
          <bdi>{who(entry.actor, names)}</bdi> · {t.details}
        </summary>
        <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-4">
          {details.map(([term, value]) => (
            <div key={term} className="contents">
              <dt className="text-dim">{term}</dt>
              <dd className="break-all">{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}

/** Who may see no members sees their numbers. */
const member = (user: string, names: ReadonlyMap<string, string>): string =>
  names.get(user) ?? (names.size > 0 ? changes.somebody : user);

function who(actor: Actor, names: ReadonlyMap<string, string>): string {
  if (actor.type === "user") return member(actor.id, names);
  if (actor.type === "key") return `${t.key} (${actor.id})`;
  return t.actors[actor.type] ?? actor.type;
}
