import { createFileRoute, useRouter } from "@tanstack/react-router";
import { accountsLinkMicrosoftCallback } from "~/api/generated/sdk.gen";
import { returned } from "~/features/auth/returned";
import { useOnce } from "~/features/auth/useOnce";
import { ButtonLink } from "~/ui/button";
import { Page } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { auth } from "~texts/auth";
import { settings } from "~texts/settings";

export const Route = createFileRoute("/_app/account/microsoft")({ component: Linked });

function Linked() {
  const router = useRouter();
  const error = useOnce(async () => {
    await accountsLinkMicrosoftCallback({ body: returned() });
    toast(auth.back.linked);
    await router.navigate({ to: "/account/security", replace: true });
  });
  return (
    <Page title={error ? auth.back.failed : settings.security.microsoft}>
      {error ? (
        <Problem error={error}>
          <ButtonLink to="/account/security">{settings.security.title}</ButtonLink>
        </Problem>
      ) : (
        <Skeleton rows={2} />
      )}
    </Page>
  );
}
