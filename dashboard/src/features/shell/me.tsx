import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect } from "react";
import { accountsMeOptions, membersListOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { Permission } from "~/api/generated/types.gen";
import { keepPlace } from "~/lib/format";
import { keep, kept } from "~/lib/kept";
import { common as t } from "~texts/common";

const useAsked = () => useQuery({ ...accountsMeOptions(), staleTime: 5 * 60_000 });
type Asked = ReturnType<typeof useAsked>;
/** Whether who was signed in here last may read findings. */
const READS = "reads-findings";
const MeContext = createContext<Asked | undefined>(undefined);

/** Asks once for all that stands in it: dozens of buttons depend on it, and an observer each took tens of milliseconds. */
export function Me({ children }: { children: ReactNode }) {
  const me = useAsked();
  const reads = me.data?.permissions.includes("findings:read");
  useEffect(() => {
    if (reads !== undefined) keep(READS, reads);
  }, [reads]);
  usePlace(me.data);
  return <MeContext value={me}>{children}</MeContext>;
}

/** Numbers and dates are written as they chose once the pages are loaded anew: something may be typed here. */
function usePlace(me: Asked["data"]) {
  const known = me !== undefined;
  const place = me?.locale;
  useEffect(() => {
    if (known) keepPlace(place);
  }, [known, place]);
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

/**
 * Whether to ask for findings. Nearly everybody may read them, so before it is known they are asked for as well: the first
 * screen then waits for one answer and not for two in a row. Who may not is refused once, and no page shows that.
 */
export const useReadsFindings = (): boolean =>
  useMe().data?.permissions.includes("findings:read") ?? kept<boolean>(READS) ?? true;

/**
 * Why a button does not work for who is signed in; nothing where it does, or where that is not known yet. `changes`: it
 * changes something, though others with the same permission only read.
 */
export function useRoleReason(permission: Permission, changes = false): string | undefined {
  const { data } = useMe();
  if (!data) return undefined;
  if (!data.permissions.includes(permission)) return t.roleLimited;
  const paused = data.paused.includes(permission) || (changes && data.state === "read_only");
  return paused ? t.readOnly(data.role === "owner") : undefined;
}

/** Who the members are, by id, as far as one may see them. */
export function useNames(): ReadonlyMap<string, string> {
  const members = useQuery({ ...membersListOptions({ query: { limit: 100 } }), enabled: useCan("members:read") });
  return new Map(members.data?.items.map(({ user, name }) => [user, name]));
}
