import { useInfiniteQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { membersKeyListInfiniteOptions } from "~/api/generated/@tanstack/react-query.gen";
import { membersKeyCreate, membersKeyRevoke, membersKeyRotate } from "~/api/generated/sdk.gen";
import type { KeyView } from "~/api/generated/types.gen";
import { Confirm } from "~/features/settings/Confirm";
import { Permissions, permissionsOf } from "~/features/settings/Permissions";
import { Allowed } from "~/features/shell/Allowed";
import { useMe, useRoleReason } from "~/features/shell/me";
import { ago, day } from "~/lib/format";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Buttons } from "~/ui/buttons";
import { Dialog } from "~/ui/dialog";
import { Field, Form, Select, text } from "~/ui/form";
import { ReferenceLink } from "~/ui/link";
import { named } from "~/ui/named";
import { Page, Part } from "~/ui/page";
import { More, paged } from "~/ui/paging";
import { ShownOnce } from "~/ui/shown-once";
import { Empty, Problem, Skeleton, Status } from "~/ui/states";
import { toast } from "~/ui/toast";
import { settings } from "~texts/settings";

const t = settings.keys;
const DAYS = [30, 90, 365];
const DAY_MS = 86_400_000;

export const Route = createFileRoute("/_app/_settings/settings/keys")({ component: Keys });

function Keys() {
  return (
    <Allowed to="keys:read" title={t.title}>
      <List />
    </Allowed>
  );
}

function List() {
  const list = useInfiniteQuery({ ...membersKeyListInfiniteOptions({ query: { limit: 50 } }), ...paged });
  const mayNot = useRoleReason("keys:manage");
  const [making, make] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [revoking, revoke] = useState<KeyView>();
  const [rotate, rotating] = useAct(async (key: string) => {
    const { data } = await membersKeyRotate({ path: { key }, body: { overlap_hours: 24 } });
    setSecret(data.text);
    toast(t.rotated);
    await list.refetch();
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title={t.title}
      lead={
        <>
          {t.lead} <ReferenceLink />
        </>
      }
      actions={
        <Button look="main" onClick={() => make(true)} disabledReason={mayNot}>
          {t.make}
        </Button>
      }
    >
      {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && !list.error && <Skeleton rows={3} tall />}
      {list.data && rows.length === 0 && <Empty title={t.none}>{t.noneLead}</Empty>}
      {rows.map((key) => (
        <Part
          key={key.key}
          title={<bdi>{key.name}</bdi>}
          actions={
            key.state === "live" && (
              <div className="flex gap-2">
                <Button
                  onClick={() => rotate(key.key)}
                  busy={rotating}
                  disabledReason={mayNot}
                  aria-label={`${t.rotate}: ${key.name}`}
                >
                  {t.rotate}
                </Button>
                <Button
                  look="danger"
                  onClick={() => revoke(key)}
                  disabledReason={mayNot}
                  aria-label={`${t.revoke}: ${key.name}`}
                >
                  {t.revoke}
                </Button>
              </div>
            )
          }
        >
          <p className="flex flex-wrap gap-x-4 text-dim">
            <Status tone={key.state === "live" ? "good" : "quiet"}>{t.states[key.state]}</Status>
            <code>{key.prefix}…</code>
            <span>{key.last_used_at ? t.used(ago(key.last_used_at)) : t.unused}</span>
            <span>{key.expires_at ? t.ends(day(key.expires_at)) : t.endless}</span>
          </p>
          <p className="text-dim text-sm">{key.scopes.map(settings.permission).join(" · ")}</p>
        </Part>
      ))}
      <More of={list} />
      {making && (
        <MakeKey
          onClose={() => make(false)}
          onMade={(made) => {
            make(false);
            setSecret(made);
            list.refetch();
          }}
        />
      )}
      {secret && (
        <ShownOnce title={t.secret} lead={t.secretLead} secret={secret} onClose={() => setSecret(undefined)} />
      )}
      {revoking && (
        <Confirm
          title={named(t.revokeTitle, revoking.name)}
          lead={t.revokeLead}
          act={t.revoke}
          onClose={() => revoke(undefined)}
          onAct={async () => {
            await membersKeyRevoke({ path: { key: revoking.key } });
            toast(t.revoked);
            await list.refetch();
          }}
        />
      )}
    </Page>
  );
}

function MakeKey({ onMade, onClose }: { onMade: (secret: string) => void; onClose: () => void }) {
  const me = useMe();
  return (
    <Dialog title={t.make} onClose={onClose}>
      <Form
        label={t.make}
        onSend={async (values) => {
          const expires_at = new Date(Date.now() + Number(values.get("days")) * DAY_MS).toISOString();
          const networks = text(values, "networks").split(/\s+/).filter(Boolean);
          const body = { name: text(values, "name"), scopes: permissionsOf(values), expires_at, networks };
          onMade((await membersKeyCreate({ body })).data.text);
        }}
      >
        <Field label={t.name} name="name" maxLength={100} autoComplete="off" />
        <Permissions legend={t.scopes} own={me.data?.permissions ?? []} chosen={["findings:read"]} />
        <Select label={t.days} name="days" defaultValue={90}>
          {DAYS.map((days) => (
            <option key={days} value={days}>
              {t.daysOf(days)}
            </option>
          ))}
        </Select>
        <Field label={t.networks} name="networks" hint={t.networksHint} required={false} autoComplete="off" />
        <Buttons act={t.make} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
