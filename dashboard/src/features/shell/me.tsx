import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, use } from "react";
import { accountsMeOptions, membersListOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { Permission } from "~/api/generated/types.gen";
import { common as t } from "~texts/common";

const useAsked = () => useQuery({ ...accountsMeOptions(), staleTime: 5 * 60_000 });
type Asked = ReturnType<typeof useAsked>;
const MeContext = createContext<Asked | undefined>(undefined);

/** Asks once for all that stands in it: dozens of buttons depend on it, and an observer each took tens of milliseconds. */
export function Me({ children }: { children: ReactNode }) {
  return <MeContext value={useAsked()}>{children}</MeContext>;
}

/** Who is signed in, where, and what they may do. */
export function useMe(): Asked {
  const me = use(MeContext);
  if (!me) throw new Error("outside of Me");
  return me;
}

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
