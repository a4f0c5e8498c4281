import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import {
  membersInvitationsInfiniteOptions,
  microsoftColleaguesOptions,
} from "~/api/generated/@tanstack/react-query.gen";
import { membersInvite, membersResendInvitation, membersRevokeInvitation } from "~/api/generated/sdk.gen";
import type { InvitationView, RoleView } from "~/api/generated/types.gen";
import { useCan, useRoleReason } from "~/features/shell/me";
import { day } from "~/lib/format";
import { useSettled } from "~/lib/settled";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Field, Form, Select, Submit, text } from "~/ui/form";
import { named } from "~/ui/named";
import { Part } from "~/ui/page";
import { More, paged } from "~/ui/paging";
import { Notice, Problem, Skeleton, Status } from "~/ui/states";
import { toast } from "~/ui/toast";
import { roleName } from "~texts/roles";
import { settings } from "~texts/settings";

const t = settings.team;

/** Invites, and shows what became of invitations. `wanted` is the role to begin with, where there is one of that name. */
export function Invitations({ roles, wanted }: { roles: readonly RoleView[]; wanted?: string | undefined }) {
  const list = useInfiniteQuery({ ...membersInvitationsInfiniteOptions({ query: { limit: 50 } }), ...paged });
  const mayInvite = useCan("members:manage");
  const mayNot = useRoleReason("members:manage");
  const [sent, setSent] = useState(0);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Part title={t.invite} lead={t.inviteLead}>
        {mayNot && <Notice title={mayNot} />}
        {/* Stays where it only does not work for a while: what was typed is not lost. */}
        {mayInvite && (
          <Form
            key={sent}
            label={t.invite}
            className="grid items-start gap-4 sm:grid-cols-[1fr_12rem]"
            onSend={async (values) => {
              const email = text(values, "email");
              await membersInvite({ body: { email, role: text(values, "role") } });
              toast(named(t.sent, email));
              setSent(sent + 1);
              await list.refetch();
            }}
          >
            <Invited />
            <Select
              label={t.role}
              name="role"
              defaultValue={roles.some(({ role }) => role === wanted) ? wanted : "read_only"}
            >
              {roles.map(({ role, name }) => (
                <option key={role} value={role}>
                  {roleName(role, name)}
                </option>
              ))}
            </Select>
            <div>
              <Submit disabledReason={mayNot}>{t.send}</Submit>
            </div>
          </Form>
        )}
      </Part>
      <Part title={t.invitations}>
        {list.error && <Problem error={list.error} onRetry={() => list.refetch()} />}
        {list.isPending && !list.error && <Skeleton rows={2} />}
        {list.data && rows.length === 0 && <p className="text-dim">{t.noInvitations}</p>}
        <ul className="grid">
          {rows.map((invitation) => (
            <Invitation
              key={invitation.invitation}
              invitation={invitation}
              mayNot={mayNot}
              onChange={() => list.refetch()}
            />
          ))}
        </ul>
        <More of={list} />
      </Part>
    </>
  );
}

/** Whom to invite: any address, with those of colleagues in the directory at hand. */
function Invited() {
  const [typed, type] = useState("");
  const id = useId();
  const search = useSettled(typed.trim());
  const found = useQuery({
    ...microsoftColleaguesOptions({ query: { search } }),
    enabled: search.length > 1,
    placeholderData: keepPreviousData,
  });
  return (
    <div>
      <Field
        label={t.email}
        name="email"
        type="email"
        autoComplete="off"
        maxLength={254}
        list={id}
        hint={t.emailHint}
        onChange={(event) => type(event.target.value)}
      />
      <datalist id={id}>
        {found.data?.items.map(({ person, name, address }) => (
          <option key={person} value={address}>
            {name}
          </option>
        ))}
      </datalist>
    </div>
  );
}

function Invitation({
  invitation: i,
  mayNot,
  onChange,
}: {
  invitation: InvitationView;
  mayNot: string | undefined;
  onChange: () => Promise<unknown>;
}) {
  const path = { invitation: i.invitation };
  const [resend, sending] = useAct(async () => {
    await membersResendInvitation({ path });
    toast(named(t.sent, i.email));
    await onChange();
  });
  const [revoke, revoking] = useAct(async () => {
    await membersRevokeInvitation({ path });
    await onChange();
  });
  const open = i.status === "pending" || i.status === "expired";
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 border-line border-b py-3 last:border-0">
      <span>
        <bdi className="break-all">{i.email}</bdi>
        <span className="flex flex-wrap gap-x-3 text-dim text-sm">
          <Status tone={i.status === "accepted" ? "good" : i.status === "pending" ? "quiet" : "warn"}>
            {t.state(i.status)}
          </Status>
          {i.status === "pending" && i.expires_at && t.until(day(i.expires_at))}
        </span>
        {open && i.mail_returned && (
          <span className="block text-sm">
            <Status tone="warn">{t.invitationMail(i.mail_returned).state}</Status>{" "}
            <span className="text-dim">{t.invitationMail(i.mail_returned).meaning}</span>
          </span>
        )}
      </span>
      {open && (
        <span className="flex gap-2">
          <Button onClick={resend} busy={sending} disabledReason={mayNot}>
            {t.resend}
          </Button>
          <Button onClick={revoke} busy={revoking} disabledReason={mayNot}>
            {t.revoke}
          </Button>
        </span>
      )}
    </li>
  );
}
