import { useRouter } from "@tanstack/react-router";
import { accountsSignOut } from "~/api/generated/sdk.gen";
import { queries } from "~/api/queries";
import { signedOut } from "~/api/session";
import { keepPlace } from "~/lib/format";
import { useAct } from "~/ui/act";

/** Leaves nothing of who was signed in, here and in the other tabs. Who signs in next goes on `to` there. */
export function useLeave(to?: string) {
  const router = useRouter();
  return async () => {
    signedOut();
    queries.clear();
    keepPlace(undefined);
    await router.navigate({ to: "/sign-in", search: to ? { to } : {} });
  };
}

/** Signs out, and leaves nothing of who was signed in. */
export function useSignOut(to?: string) {
  const leave = useLeave(to);
  return useAct(async () => {
    await accountsSignOut();
    await leave();
  });
}
