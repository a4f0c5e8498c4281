import { type ReactNode, useState } from "react";
import { linkToken } from "~/lib/link";
import { ButtonLink } from "~/ui/button";
import { Form, Submit } from "~/ui/form";
import { Page } from "~/ui/page";
import { Notice } from "~/ui/states";
import { auth as t } from "~texts/auth";
import { NoToken } from "./NoToken";

interface Props {
  title: string;
  lead: string;
  go: string;
  done: string;
  /** Uses the token up. Opening the page does not: scanners of mail open every link. */
  onUse: (token: string, values: FormData) => Promise<unknown>;
  children?: ReactNode;
  next?: ReactNode;
}

/** A page that a mail leads to, where one button does what the mail was for. */
export function OneTime({ title, lead, go, done, onUse, children, next }: Props) {
  const [token] = useState(linkToken);
  const [used, setUsed] = useState(false);
  if (!token) return <NoToken />;
  if (used) {
    return (
      <Page title={title}>
        <Notice
          tone="good"
          icon="check"
          title={done}
          action={
            next ?? (
              <ButtonLink to="/sign-in" look="main">
                {t.signIn}
              </ButtonLink>
            )
          }
        />
      </Page>
    );
  }
  return (
    <Page title={title} lead={lead}>
      <Form
        label={title}
        onSend={async (values) => {
          await onUse(token, values);
          history.replaceState(null, "", location.pathname);
          setUsed(true);
        }}
      >
        {children}
        <Submit>{go}</Submit>
      </Form>
    </Page>
  );
}
