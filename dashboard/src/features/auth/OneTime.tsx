import { type ReactNode, useState } from "react";
import { ButtonLink } from "~/ui/button";
import { Form, Submit } from "~/ui/form";
import { Page } from "~/ui/page";
import { Notice } from "~/ui/states";
import { auth as t } from "~texts/auth";
import { NoToken } from "./NoToken";
import { useLinkToken } from "./useLinkToken";

interface Props {
  title: string;
  /** The title as it stands on the page, where there is a name in it. */
  heading?: ReactNode;
  lead: ReactNode;
  go: string;
  done: string;
  /** Uses the token up. Opening the page does not: scanners of mail open every link. */
  onUse: (token: string, values: FormData) => Promise<unknown>;
  children?: ReactNode;
  next?: ReactNode;
}

/** A page that a mail leads to, where one button does what the mail was for. */
export function OneTime({ title, heading = title, lead, go, done, onUse, children, next }: Props) {
  const token = useLinkToken();
  const [used, setUsed] = useState<string>();
  if (!token) return <NoToken />;
  if (used === token) {
    return (
      <Page title={title} heading={heading}>
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
    <Page title={title} heading={heading} lead={lead}>
      <Form
        key={token}
        label={title}
        onSend={async (values) => {
          await onUse(token, values);
          history.replaceState(null, "", location.pathname);
          setUsed(token);
        }}
      >
        {children}
        <Submit>{go}</Submit>
      </Form>
    </Page>
  );
}
