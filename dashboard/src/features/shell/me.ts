import { useQuery } from "@tanstack/react-query";
import { accountsMeOptions, membersListOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { Permission } from "~/api/generated/types.gen";
import { common as t } from "~texts/common";

export const useMe = () => useQuery({ ...accountsMeOptions(), staleTime: 5 * 60_000 });

/** Whether who is signed in may do something; not before it is known. */
export function useCan(permission: Permission): boolean {
  return useMe().data?.permissions.includes(permission) ?? false;
}

/** Why a button does not work for who is signed in; nothing where it does, or where that is not known yet. */
export function useRoleReason(permission: Permission): string | undefined {
  const { data } = useMe();
  return !data || data.permissions.includes(permission) ? undefined : t.roleLimited;
}

/** Who the members are, by id, as far as one may see them. */
export function useNames(): ReadonlyMap<string, string> {
  const members = useQuery({ ...membersListOptions({ query: { limit: 100 } }), enabled: useCan("members:read") });
  return new Map(members.data?.items.map(({ user, name }) => [user, name]));
}
