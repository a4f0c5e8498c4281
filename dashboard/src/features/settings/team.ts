import { useQuery } from "@tanstack/react-query";
import { membersListOptions, membersRolesOptions } from "~/api/generated/@tanstack/react-query.gen";
import { useCan } from "~/features/shell/me";
import { settings } from "~texts/settings";

/** What a role is called: those of ours in the reader's words, those of the company as it named them. */
export const roleName = (role: string, name: string): string => settings.team.systemRoles[role] ?? name;

/** Roles and members, for who may see them. */
export function useTeam() {
  const enabled = useCan("members:read");
  return {
    roles: useQuery({ ...membersRolesOptions(), enabled }),
    members: useQuery({ ...membersListOptions({ query: { limit: 100 } }), enabled }),
  };
}
