import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { accountsSignUpStatusOptions } from "~/api/generated/@tanstack/react-query.gen";
import { accountsResendSignUp, accountsSignUp } from "~/api/generated/sdk.gen";
import { useAct } from "~/ui/act";
import { Button, ButtonLink } from "~/ui/button";
import { Field, Form, Submit, text } from "~/ui/form";
import { TextLink } from "~/ui/link";
import { named } from "~/ui/named";
import { Page } from "~/ui/page";
import { Notice } from "~/ui/states";
import { toast } from "~/ui/toast";
import { auth as t } from "~texts/auth";

export const Route = createFileRoute("/_public/sign-up")({ component: SignUp });

function SignUp() {
  const [sent, setSent] = useState<{ signup: string; email: string }>();
  if (sent) return <Sent {...sent} onOther={() => setSent(undefined)} />;
  return (
    <Page title={t.signUpPage.title} lead={t.signUpPage.lead}>
      <Form
        label={t.signUpPage.title}
        onSend={async (values) => {
          const email = text(values, "email");
          const { signup } = (await accountsSignUp({ body: { email, company: text(values, "company") } })).data;
          setSent({ signup, email });
        }}
      >
        <Field label={t.email} name="email" type="email" autoComplete="email" maxLength={254} />
        <Field
          label={t.signUpPage.company}
          name="company"
          hint={t.signUpPage.companyHint}
          autoComplete="organization"
          maxLength={100}
        />
        <Submit>{t.signUpPage.go}</Submit>
      </Form>
      <p>
        {t.hasAccount} <TextLink to="/sign-in">{t.signIn}</TextLink>
      </p>
    </Page>
  );
}

const POLL_MS = 3000;

function Sent({ signup, email, onOther }: { signup: string; email: string; onOther: () => void }) {
  const status = useQuery({
    ...accountsSignUpStatusOptions({ path: { signup } }),
    refetchInterval: ({ state }) => (state.data?.state === "waiting" ? POLL_MS : false),
  });
  const [resend, sending] = useAct(async () => {
    await accountsResendSignUp({ body: { signup } });
    toast(t.signUpPage.resent);
  });
  const done = status.data?.state === "done";
  return (
    <Page title={t.signUpPage.sent} lead={named(t.signUpPage.sentLead, email)}>
      {done ? (
        <Notice
          tone="good"
          icon="check"
          title={t.signUpPage.done}
          action={
            <ButtonLink to="/sign-in" look="main">
              {t.signIn}
            </ButtonLink>
          }
        />
      ) : (
        <Notice title={status.data?.state === "expired" ? t.signUpPage.expired : t.signUpPage.waiting} />
      )}
      {!done && (
        <div className="flex flex-wrap gap-2">
          <Button onClick={resend} busy={sending}>
            {t.signUpPage.resend}
          </Button>
          <Button look="quiet" onClick={onOther}>
            {t.signUpPage.other}
          </Button>
        </div>
      )}
    </Page>
  );
}
