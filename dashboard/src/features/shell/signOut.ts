import { useRouter } from "@tanstack/react-router";
import { accountsSignOut } from "~/api/generated/sdk.gen";
import { queries } from "~/api/queries";
import { signedOut } from "~/api/session";
import { useAct } from "~/ui/act";

/** Signs out, here and in the other tabs, and leaves nothing of who was signed in. */
export function useSignOut() {
  const router = useRouter();
  return useAct(async () => {
    await accountsSignOut();
    signedOut();
    queries.clear();
    await router.navigate({ to: "/sign-in" });
  });
}
