import { useRef, useState } from "react";
import { membersChange, membersRemove, membersResetFactors } from "~/api/generated/sdk.gen";
import type { MemberChange, MemberView, RoleView } from "~/api/generated/types.gen";
import { useMe, useRoleReason } from "~/features/shell/me";
import { day } from "~/lib/format";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { named } from "~/ui/named";
import { Status } from "~/ui/states";
import { toast } from "~/ui/toast";
import { roleName } from "~texts/roles";
import { settings } from "~texts/settings";
import { Confirm } from "./Confirm";
import { Leave } from "./Leave";

const t = settings.team;

interface Props {
  members: readonly MemberView[];
  /** Whether those are all there are. */
  whole: boolean;
  roles: readonly RoleView[];
  onChange: () => Promise<unknown>;
}

/** Who is in the team, and what they may do. */
export function Members({ members, whole, roles, onChange }: Props) {
  const owners = members.filter(({ role, active }) => role === "owner" && active);
  const last = whole && owners.length === 1 ? owners[0]?.user : undefined;
  return (
    <ul className="grid">
      {members.map((member) => (
        <Member key={member.user} member={member} last={member.user === last} roles={roles} onChange={onChange} />
      ))}
    </ul>
  );
}

interface MemberProps extends Pick<Props, "roles" | "onChange"> {
  member: MemberView;
  /** Whether the company has no other owner. */
  last: boolean;
}

function Member({ member, last, roles, onChange }: MemberProps) {
  const me = useMe();
  const mayNot = useRoleReason("members:manage");
  const [asking, ask] = useState<"remove" | "reset">();
  const { user, etag, name } = member;
  const remove = () => membersRemove({ path: { user }, headers: { "if-match": etag } });
  const change = (body: MemberChange) => membersChange({ path: { user }, headers: { "if-match": etag }, body });
  // Chosen and not sent yet: the arrow keys go through the roles between, and none of those is meant.
  const [chosen, choose] = useState<string>();
  const select = useRef<HTMLSelectElement>(null);
  // What the server says comes back whatever it says.
  const [act, busy] = useAct(async (body: MemberChange) => {
    try {
      await change(body);
    } finally {
      await onChange();
      choose(undefined);
      // The button that was pressed goes.
      if (body.role) select.current?.focus();
    }
    toast(t.done);
  });
  const self = me.data?.user === user;
  return (
    <li className="grid gap-3 border-line border-b py-4 last:border-0 lg:grid-cols-[minmax(0,1fr)_auto] lg:items-center">
      <div>
        <p className="font-semibold">
          <bdi>{name}</bdi> {self && <span className="font-normal text-dim">({t.you})</span>}{" "}
          {!member.active && <Status tone="warn">{t.inactive}</Status>}
        </p>
        <p className="flex flex-wrap gap-x-4 text-dim text-sm">
          <bdi className="break-all">{member.email}</bdi>
          <span>
            {t.twoStep}: {member.second_factor ? t.on : t.off}
          </span>
          <span>{t.joined(day(member.joined_at))}</span>
        </p>
        {member.mail_returned && (
          <p className="mt-1 text-sm">
            <Status tone="warn">{t.mail(member.mail_returned).state}</Status>{" "}
            <span className="text-dim">{t.mail(member.mail_returned).meaning}</span>
          </p>
        )}
      </div>
      <div className="flex flex-wrap gap-2">
        <select
          ref={select}
          aria-label={t.roleOf(name)}
          className="min-h-11 max-w-full rounded-md border border-edge bg-card px-2 disabled:opacity-70 sm:min-h-9"
          value={chosen ?? member.role}
          disabled={mayNot !== undefined}
          title={mayNot}
          onChange={(event) => choose(event.target.value)}
        >
          {roles.map((role) => (
            <option key={role.role} value={role.role}>
              {roleName(role.role, role.name)}
            </option>
          ))}
        </select>
        {chosen !== undefined && chosen !== member.role && (
          <Button onClick={() => act({ role: chosen })} busy={busy} aria-label={t.changeRoleOf(name)}>
            {t.changeRole}
          </Button>
        )}
        {self ? (
          <Leave disabledReason={last ? t.lastOwner : undefined} />
        ) : (
          <>
            <Button onClick={() => act({ active: !member.active })} busy={busy} disabledReason={mayNot}>
              {member.active ? t.pause : t.unpause}
            </Button>
            {member.second_factor && (
              <Button onClick={() => ask("reset")} disabledReason={mayNot}>
                {t.reset}
              </Button>
            )}
            <Button
              look="danger"
              onClick={() => ask("remove")}
              disabledReason={mayNot}
              aria-label={`${t.remove}: ${name}`}
            >
              {t.remove}
            </Button>
          </>
        )}
      </div>
      {asking === "remove" && (
        <Confirm
          title={named(t.removeTitle, name)}
          lead={t.removeLead}
          act={t.remove}
          onClose={() => ask(undefined)}
          onAct={() => remove().then(onChange)}
        />
      )}
      {asking === "reset" && (
        <Confirm
          title={named(t.resetTitle, name)}
          lead={t.resetLead}
          act={t.reset}
          onClose={() => ask(undefined)}
          onAct={() => membersResetFactors({ path: { user } }).then(onChange)}
        />
      )}
    </li>
  );
}
