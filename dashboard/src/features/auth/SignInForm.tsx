import { useState } from "react";
import {
  accountsPasskeySignIn,
  accountsSecondFactor,
  accountsSignIn,
  accountsSignInMicrosoft,
} from "~/api/generated/sdk.gen";
import type { Challenge, Tokens } from "~/api/generated/types.gen";
import { Or } from "~/features/auth/Or";
import { passkeysWork, showPasskey } from "~/lib/passkey";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Field, Form, Submit, text } from "~/ui/form";
import { auth as t } from "~texts/auth";

interface Props {
  onDone: (tokens: Tokens) => void;
  /** Told before Microsoft's page is opened instead of ours. Without it, that way is not offered here. */
  onLeave?: () => void;
  /** Who is to sign in, where that is known. */
  email?: string | undefined;
  /** Which company they are to be in, of several. */
  tenant?: string | undefined;
}

/** Every way of signing in, and the second step where there is one. */
export function SignInForm({ onDone, onLeave, email, tenant }: Props) {
  const [challenge, setChallenge] = useState<Challenge>();
  const [toMicrosoft, leaving] = useAct(async () => {
    const { url } = (await accountsSignInMicrosoft({ body: {} })).data;
    onLeave?.();
    location.assign(url);
  });
  const [withPasskey, showing] = useAct(async () => {
    const body = await showPasskey();
    if (body) onDone((await accountsPasskeySignIn({ body: { ...body, tenant } })).data);
  });
  if (challenge) return <SecondStep challenge={challenge} onDone={onDone} onOver={() => setChallenge(undefined)} />;
  return (
    <div className="grid gap-4">
      {onLeave && (
        <Button onClick={toMicrosoft} busy={leaving}>
          {t.microsoft}
        </Button>
      )}
      {passkeysWork() && (
        <Button onClick={withPasskey} busy={showing}>
          {t.passkey}
        </Button>
      )}
      <Or />
      <Form
        label={t.signIn}
        onSend={async (values) => {
          const step = (
            await accountsSignIn({
              body: { email: text(values, "email"), password: String(values.get("password")), tenant },
            })
          ).data;
          if (step.next === "signed_in") onDone(step);
          else setChallenge(step);
        }}
      >
        <Field
          label={t.email}
          name="email"
          type="email"
          autoComplete="username"
          defaultValue={email}
          readOnly={email !== undefined}
        />
        <Field label={t.password} name="password" type="password" autoComplete="current-password" maxLength={128} />
        <Submit>{t.signIn}</Submit>
      </Form>
    </div>
  );
}

/** The second step of a sign-in, however the first was taken. */
export function SecondStep({
  challenge,
  lead = t.second.lead,
  onDone,
  onOver,
}: {
  challenge: Challenge;
  /** What the first step was. */
  lead?: string;
  onDone: Props["onDone"];
  onOver: () => void;
}) {
  const has = (method: Challenge["methods"][number]) => challenge.methods.includes(method);
  const [recovery, setRecovery] = useState(!has("totp"));
  const [withPasskey, showing] = useAct(async () => {
    const passkey = await showPasskey();
    if (passkey) onDone((await accountsSecondFactor({ body: { challenge: challenge.challenge, passkey } })).data);
  });
  return (
    <div className="grid gap-4">
      <div>
        <h2>{t.second.title}</h2>
        <p className="text-dim">{lead}</p>
      </div>
      {has("passkey") && (
        <Button look="main" onClick={withPasskey} busy={showing}>
          {t.second.passkey}
        </Button>
      )}
      {(has("totp") || recovery) && (
        <Form
          label={t.second.title}
          onSend={async (values) => {
            const code = text(values, "code");
            const body = { challenge: challenge.challenge, ...(recovery ? { recovery_code: code } : { totp: code }) };
            onDone((await accountsSecondFactor({ body })).data);
          }}
        >
          {recovery ? (
            <Field key="recovery" label={t.second.recovery} name="code" autoComplete="off" autoFocus />
          ) : (
            <Field
              key="totp"
              label={t.second.code}
              name="code"
              hint={t.second.codeHint}
              inputMode="numeric"
              autoComplete="one-time-code"
              autoFocus
            />
          )}
          <Submit>{t.second.go}</Submit>
        </Form>
      )}
      <div className="flex flex-wrap justify-between">
        {has("totp") && has("recovery_code") && (
          <Button look="quiet" onClick={() => setRecovery(!recovery)}>
            {recovery ? t.second.useCode : t.second.useRecovery}
          </Button>
        )}
        <Button look="quiet" onClick={onOver}>
          {t.second.startOver}
        </Button>
      </div>
    </div>
  );
}
