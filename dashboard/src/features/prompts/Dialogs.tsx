import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { accountsFactorsOptions, accountsMeOptions } from "~/api/generated/@tanstack/react-query.gen";
import { accountsStepUp } from "~/api/generated/sdk.gen";
import type { StepUpRequest, Tokens } from "~/api/generated/types.gen";
import { type Asked, settle } from "~/api/prompts";
import { queries } from "~/api/queries";
import { current, isOurs, onChange, signedIn, startAnew } from "~/api/session";
import { SignInForm } from "~/features/auth/SignInForm";
import { showPasskey } from "~/lib/passkey";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Form, Submit, text } from "~/ui/form";
import { Problem, Skeleton } from "~/ui/states";
import { auth as t } from "~texts/auth";
import { common } from "~texts/common";

export default function Dialogs({ asked }: { asked: Asked }) {
  // Another tab may have signed in again meanwhile. A token that was only renewed proves nobody.
  useEffect(
    () =>
      onChange((fresh) => {
        if (current() && (fresh || asked === "sign-in")) settle(true);
      }),
    [asked],
  );
  return asked === "sign-in" ? <SignInAgain /> : <ProveIt />;
}

function SignInAgain() {
  const email = queries.getQueryData(accountsMeOptions().queryKey)?.email;
  return (
    <Dialog title={t.again.title} onClose={() => settle(false)}>
      <div className="grid gap-4">
        <p>{t.again.lead}</p>
        <SignInForm email={email} tenant={current()?.tenant} onDone={signedInAgain} />
        <div className="flex flex-wrap justify-between">
          <a className="text-accent underline underline-offset-4" href="/sign-in" target="_blank" rel="noreferrer">
            {t.again.elsewhere}
          </a>
          <a className="text-accent underline underline-offset-4" href="/sign-in">
            {t.again.leave}
          </a>
        </div>
      </div>
    </Dialog>
  );
}

/** Goes on, unless it is somebody else: what was typed here is not theirs. */
function signedInAgain(tokens: Tokens): void {
  if (isOurs(tokens)) signedIn(tokens);
  else {
    settle(false);
    startAnew(tokens);
  }
}

function ProveIt() {
  const factors = useQuery(accountsFactorsOptions());
  const me = useQuery(accountsMeOptions());
  const prove = async (body: StepUpRequest) => {
    await accountsStepUp({ body });
    settle(true);
  };
  const [withPasskey, showing] = useAct(async () => {
    const passkey = await showPasskey();
    if (passkey) await prove({ passkey });
  });
  const { data } = factors;
  const byPassword = data && !data.totp && data.passkeys.length === 0;
  return (
    <Dialog title={t.proof.title} onClose={() => settle(false)}>
      <div className="grid gap-4">
        <p className="text-dim">{t.proof.lead}</p>
        {factors.error && <Problem error={factors.error} onRetry={() => factors.refetch()} />}
        {(!data || !me.data) && !factors.error && <Skeleton rows={2} />}
        {data && data.passkeys.length > 0 && (
          <Button look="main" onClick={withPasskey} busy={showing}>
            {t.proof.passkey}
          </Button>
        )}
        {data?.totp && (
          <Form label={t.proof.title} onSend={(values) => prove({ totp: text(values, "totp") })}>
            <Field
              label={t.second.code}
              name="totp"
              hint={t.second.codeHint}
              inputMode="numeric"
              autoComplete="one-time-code"
              autoFocus
            />
            <Submit>{t.proof.go}</Submit>
          </Form>
        )}
        {byPassword && me.data?.has_password && (
          <Form label={t.proof.title} onSend={(values) => prove({ password: String(values.get("password")) })}>
            <Field label={t.password} name="password" type="password" autoComplete="current-password" autoFocus />
            <Submit>{t.proof.go}</Submit>
          </Form>
        )}
        {byPassword && me.data && !me.data.has_password && (
          <>
            <p>{t.proof.elsewhere}</p>
            <a className="text-accent underline underline-offset-4" href="/sign-in" target="_blank" rel="noreferrer">
              {t.proof.open}
            </a>
          </>
        )}
        <Button look="quiet" onClick={() => settle(false)}>
          {common.cancel}
        </Button>
      </div>
    </Dialog>
  );
}
