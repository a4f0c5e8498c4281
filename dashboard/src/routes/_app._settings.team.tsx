import { createFileRoute } from "@tanstack/react-router";
import { Invitations } from "~/features/settings/Invitations";
import { Members } from "~/features/settings/Members";
import { Roles } from "~/features/settings/Roles";
import { useTeam } from "~/features/settings/team";
import { useMe, useRoleReason } from "~/features/shell/me";
import { Page, Part } from "~/ui/page";
import { Notice, Problem, Skeleton } from "~/ui/states";
import { settings } from "~texts/settings";

const t = settings.team;

export const Route = createFileRoute("/_app/_settings/team")({
  /** Whom somebody came to invite, by role. */
  validateSearch: ({ role }: Record<string, unknown>): { role?: string } => (typeof role === "string" ? { role } : {}),
  component: Team,
});

function Team() {
  const { members, roles } = useTeam();
  const { role } = Route.useSearch();
  const me = useMe();
  const mayNot = useRoleReason("members:read");
  if (mayNot) {
    return (
      <Page title={t.title} lead={t.lead}>
        <Notice title={mayNot} />
      </Page>
    );
  }
  const error = members.error ?? roles.error;
  return (
    <Page title={t.title} lead={t.lead}>
      {error && <Problem error={error} onRetry={() => Promise.all([members.refetch(), roles.refetch()])} />}
      {!error && (!members.data || !roles.data || !me.data) && <Skeleton rows={4} tall />}
      {members.data && roles.data && (
        <>
          <Part title={t.people}>
            <Members
              members={members.data.items}
              whole={!members.data.next_cursor}
              roles={roles.data.items}
              onChange={() => members.refetch()}
            />
          </Part>
          <Invitations roles={roles.data.items} wanted={role} />
          <Roles roles={roles.data.items} onChange={() => Promise.all([roles.refetch(), members.refetch()])} />
        </>
      )}
    </Page>
  );
}
