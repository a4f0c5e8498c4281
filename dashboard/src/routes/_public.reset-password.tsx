import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { accountsRequestPasswordReset, accountsResetPassword } from "~/api/generated/sdk.gen";
import { NewPassword } from "~/features/auth/NewPassword";
import { OneTime } from "~/features/auth/OneTime";
import { useLinkToken } from "~/features/auth/useLinkToken";
import { Field, Form, Submit, text } from "~/ui/form";
import { TextLink } from "~/ui/link";
import { Page } from "~/ui/page";
import { Notice } from "~/ui/states";
import { auth } from "~texts/auth";

const t = auth.reset;

export const Route = createFileRoute("/_public/reset-password")({ component: Reset });

function Reset() {
  const token = useLinkToken();
  const [asked, setAsked] = useState(false);
  if (token) {
    return (
      <OneTime
        {...t}
        onUse={(token, values) => accountsResetPassword({ body: { token, password: String(values.get("password")) } })}
      >
        <NewPassword />
      </OneTime>
    );
  }
  return (
    <Page title={t.askTitle} lead={t.askLead}>
      {asked ? (
        <Notice tone="good" icon="check" title={t.asked} />
      ) : (
        <Form
          label={t.askTitle}
          onSend={async (values) => {
            await accountsRequestPasswordReset({ body: { email: text(values, "email") } });
            setAsked(true);
          }}
        >
          <Field label={auth.email} name="email" type="email" autoComplete="username" maxLength={254} />
          <Submit>{t.ask}</Submit>
        </Form>
      )}
      <TextLink to="/sign-in">{auth.signIn}</TextLink>
    </Page>
  );
}
