import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { numbersFollow } from "~/api/changed";
import {
  findingsChecksOptions,
  findingsExceptionsInfiniteOptions,
  findingsLicensesOptions,
  findingsPersonOptions,
  membersListOptions,
} from "~/api/generated/@tanstack/react-query.gen";
import { findingsChangeException, findingsEndException } from "~/api/generated/sdk.gen";
import type { ExceptionView, MemberView } from "~/api/generated/types.gen";
import { change } from "~/api/versioned";
import { Confirm } from "~/features/settings/Confirm";
import { Allowed } from "~/features/shell/Allowed";
import { useCan, useRoleReason } from "~/features/shell/me";
import { dayAhead, dayOf, endOf } from "~/lib/days";
import { ago, day } from "~/lib/format";
import { Button, ButtonLink } from "~/ui/button";
import { Buttons } from "~/ui/buttons";
import { Dialog } from "~/ui/dialog";
import { Field, Form, Select, text } from "~/ui/form";
import { TextLink } from "~/ui/link";
import { Page, Part } from "~/ui/page";
import { More, paged } from "~/ui/paging";
import { Empty, Problem, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { common } from "~texts/common";
import { company } from "~texts/company";

const t = company.exceptions;

export const Route = createFileRoute("/_app/_settings/settings/exceptions")({
  component: () => (
    <Allowed to="findings:read" title={t.title}>
      <Exceptions />
    </Allowed>
  ),
});

function Exceptions() {
  const list = useInfiniteQuery({ ...findingsExceptionsInfiniteOptions({ query: { limit: 50 } }), ...paged });
  const checks = useQuery(findingsChecksOptions());
  const members = useQuery({ ...membersListOptions({ query: { limit: 100 } }), enabled: useCan("members:read") });
  const [changing, setChanging] = useState<ExceptionView>();
  const [ending, end] = useState<ExceptionView>();
  const titles = new Map(checks.data?.items.map(({ check, title }) => [check, title]));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const newest = ({ exception, etag }: ExceptionView) => rows.find((row) => row.exception === exception)?.etag ?? etag;
  return (
    <Page title={t.title} lead={t.lead}>
      {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && !list.error && <Skeleton rows={3} tall />}
      {list.data && rows.length === 0 && (
        <Empty title={t.none} action={<ButtonLink to="/savings">{t.see}</ButtonLink>}>
          {t.noneLead}
        </Empty>
      )}
      {rows.map((exception) => (
        <One
          key={exception.exception}
          exception={exception}
          title={titles.get(exception.check) ?? exception.check}
          members={members.data?.items}
          onChange={() => setChanging(exception)}
          onEnd={() => end(exception)}
        />
      ))}
      <More of={list} />
      {changing && (
        <Change
          exception={changing}
          members={members.data?.items ?? []}
          onSend={(write) => change(() => write(newest(changing)), list.refetch)}
          onClose={() => setChanging(undefined)}
        />
      )}
      {ending && (
        <Confirm
          title={t.endTitle}
          lead={t.endLead}
          act={t.end}
          onClose={() => end(undefined)}
          onAct={async () => {
            const { exception } = ending;
            await change(
              () => findingsEndException({ path: { exception }, headers: { "If-Match": newest(ending) } }),
              list.refetch,
            );
            toast(t.ended);
            await numbersFollow();
          }}
        />
      )}
    </Page>
  );
}

function One({
  exception,
  title,
  members,
  onChange,
  onEnd,
}: {
  exception: ExceptionView;
  title: string;
  members: readonly MemberView[] | undefined;
  onChange: () => void;
  onEnd: () => void;
}) {
  const mayNot = useRoleReason("findings:manage");
  const { reason, owner, expires_at, created_at, finding } = exception;
  const answers = members && (members.find(({ user }) => user === owner)?.name ?? t.gone);
  return (
    <Part
      title={title}
      actions={
        <div className="flex gap-2">
          <Button onClick={onChange} disabledReason={mayNot} aria-label={`${t.change}: ${title}`}>
            {t.change}
          </Button>
          <Button look="danger" onClick={onEnd} disabledReason={mayNot} aria-label={`${t.end}: ${title}`}>
            {t.end}
          </Button>
        </div>
      }
    >
      <dl className="grid gap-x-6 gap-y-1 sm:grid-cols-[auto_1fr]">
        <dt className="text-dim">{t.reason}</dt>
        <dd>
          <bdi>{reason}</bdi>
        </dd>
        <About exception={exception} />
        {answers && (
          <>
            <dt className="text-dim">{t.owner}</dt>
            <dd>
              <bdi>{answers}</bdi>
            </dd>
          </>
        )}
      </dl>
      <p className="flex flex-wrap gap-x-4 text-dim text-sm">
        <span>{t.scope(exception)}</span>
        <span>{t.made(ago(created_at))}</span>
        {expires_at && <span>{t.until(day(expires_at))}</span>}
        {finding && (
          <TextLink to="/savings/$finding" params={{ finding }}>
            {t.review}
          </TextLink>
        )}
      </p>
    </Part>
  );
}

/** The person and the licence type it is about, by name where the reader may see names. */
function About({ exception: { person, sku } }: { exception: ExceptionView }) {
  const mayRead = useCan("people:read");
  const detail = useQuery({
    ...findingsPersonOptions({ path: { person: person ?? "" } }),
    enabled: mayRead && Boolean(person),
  });
  const licences = useQuery({ ...findingsLicensesOptions(), enabled: Boolean(sku) });
  const licence = licences.data?.items.find((row) => row.sku === sku);
  return (
    <>
      {person && (
        <>
          <dt className="text-dim">{t.person}</dt>
          <dd>
            {detail.data ? (
              <TextLink to="/people/$person" params={{ person }}>
                <bdi>{detail.data.name}</bdi>
              </TextLink>
            ) : (
              <code>{person}</code>
            )}
          </dd>
        </>
      )}
      {sku && (
        <>
          <dt className="text-dim">{t.licence}</dt>
          <dd>{licence ? (licence.product ?? <code>{licence.part_number}</code>) : <code>{sku}</code>}</dd>
        </>
      )}
    </>
  );
}

function Change({
  exception: { exception, reason, owner, expires_at },
  members,
  onSend,
  onClose,
}: {
  exception: ExceptionView;
  members: readonly MemberView[];
  onSend: (write: (version: string) => Promise<unknown>) => Promise<void>;
  onClose: () => void;
}) {
  const last = expires_at ? dayOf(new Date(expires_at)) : undefined;
  return (
    <Dialog title={t.changeTitle} onClose={onClose}>
      <Form
        label={t.changeTitle}
        onSend={async (values) => {
          const [ends, answers] = [text(values, "expires_at"), text(values, "owner")];
          const body = {
            reason: text(values, "reason"),
            ...(answers && { owner: answers }),
            ...(ends && ends !== last && { expires_at: endOf(ends) }),
          };
          await onSend((version) =>
            findingsChangeException({ path: { exception }, headers: { "If-Match": version }, body }),
          );
          toast(t.changed);
          onClose();
          await numbersFollow();
        }}
      >
        <Field label={t.reason} name="reason" maxLength={500} autoComplete="off" defaultValue={reason} />
        {members.length > 0 && (
          <Select label={t.owner} name="owner" defaultValue={owner}>
            {members.every(({ user }) => user !== owner) && <option value={owner}>{t.gone}</option>}
            {members.map(({ user, name }) => (
              <option key={user} value={user}>
                {name}
              </option>
            ))}
          </Select>
        )}
        <Field label={t.ends} hint={t.endsHint} name="expires_at" type="date" max={dayAhead(730)} defaultValue={last} />
        <Buttons act={common.save} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
