import { useQuery } from "@tanstack/react-query";
import { membersListOptions, membersRolesOptions } from "~/api/generated/@tanstack/react-query.gen";
import { useCan } from "~/features/shell/me";

/** Roles and members, for who may see them. */
export function useTeam() {
  const enabled = useCan("members:read");
  return {
    roles: useQuery({ ...membersRolesOptions(), enabled }),
    members: useQuery({ ...membersListOptions({ query: { limit: 100 } }), enabled }),
  };
}
