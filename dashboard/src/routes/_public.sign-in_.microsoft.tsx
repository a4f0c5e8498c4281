import { createFileRoute, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { accountsSignInMicrosoftCallback } from "~/api/generated/sdk.gen";
import type { Challenge, Tokens } from "~/api/generated/types.gen";
import { queries } from "~/api/queries";
import { signedIn } from "~/api/session";
import { takeDestination } from "~/features/auth/destination";
import { returned } from "~/features/auth/returned";
import { SecondStep } from "~/features/auth/SignInForm";
import { useOnce } from "~/features/auth/useOnce";
import { ButtonLink } from "~/ui/button";
import { Page } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { auth as t } from "~texts/auth";

export const Route = createFileRoute("/_public/sign-in_/microsoft")({ component: Back });

function Back() {
  const router = useRouter();
  const [challenge, setChallenge] = useState<Challenge>();
  const done = (tokens: Tokens) => {
    queries.clear();
    signedIn(tokens);
    router.history.replace(takeDestination());
  };
  const error = useOnce(async () => {
    const step = (await accountsSignInMicrosoftCallback({ body: returned() })).data;
    if (step.next === "signed_in") done(step);
    else setChallenge(step);
  });
  if (challenge) {
    return (
      <Page title={t.signIn}>
        <SecondStep
          challenge={challenge}
          lead={t.second.leadMicrosoft}
          onDone={done}
          onOver={() => router.navigate({ to: "/sign-in" })}
        />
      </Page>
    );
  }
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
