import { createFileRoute, useRouter } from "@tanstack/react-router";
import { accountsSignInMicrosoftCallback } from "~/api/generated/sdk.gen";
import { queries } from "~/api/queries";
import { signedIn } from "~/api/session";
import { takeDestination } from "~/features/auth/destination";
import { returned } from "~/features/auth/returned";
import { useOnce } from "~/features/auth/useOnce";
import { ButtonLink } from "~/ui/button";
import { Page } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { auth as t } from "~texts/auth";

export const Route = createFileRoute("/_public/sign-in_/microsoft")({ component: Back });

function Back() {
  const router = useRouter();
  const error = useOnce(async () => {
    const tokens = (await accountsSignInMicrosoftCallback({ body: returned() })).data;
    queries.clear();
    signedIn(tokens);
    router.history.replace(takeDestination());
  });
  if (!error) {
    return (
      <Page title={t.back.title} lead={t.back.lead}>
        <Skeleton rows={2} />
      </Page>
    );
  }
  return (
    <Page title={t.back.failed}>
      <Problem error={error}>
        <ButtonLink to="/sign-in">{t.signIn}</ButtonLink>
      </Problem>
    </Page>
  );
}
