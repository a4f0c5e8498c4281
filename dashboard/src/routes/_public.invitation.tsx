import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import {
  accountsSignInMicrosoft,
  accountsSwitchCompany,
  membersAcceptInvitation,
  membersDeclineInvitation,
  membersPreviewInvitation,
} from "~/api/generated/sdk.gen";
import { queries } from "~/api/queries";
import { isSignedIn, signedIn } from "~/api/session";
import { BadLink } from "~/features/auth/BadLink";
import { keepDestination } from "~/features/auth/destination";
import { NewPassword } from "~/features/auth/NewPassword";
import { NoToken } from "~/features/auth/NoToken";
import { Or } from "~/features/auth/Or";
import { useLinkToken } from "~/features/auth/useLinkToken";
import { useAct } from "~/ui/act";
import { Button, ButtonLink } from "~/ui/button";
import { Field, Form, Submit, text } from "~/ui/form";
import { named } from "~/ui/named";
import { Page } from "~/ui/page";
import { Notice, Problem, Skeleton } from "~/ui/states";
import { auth } from "~texts/auth";
import { roleName } from "~texts/roles";

const t = auth.invitation;

export const Route = createFileRoute("/_public/invitation")({ component: Invitation });

function Invitation() {
  const token = useLinkToken();
  return token ? <Invited key={token} token={token} /> : <NoToken />;
}

function Invited({ token }: { token: string }) {
  const router = useRouter();
  const [over, setOver] = useState<"joined" | "declined">();
  const here = useQuery({ queryKey: ["is-signed-in"], queryFn: isSignedIn });
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: async () => (await membersPreviewInvitation({ body: { token } })).data,
  });
  const [decline, declining] = useAct(async () => {
    await membersDeclineInvitation({ body: { token } });
    setOver("declined");
  });
  const [withMicrosoft, leaving] = useAct(async () => {
    const { url } = (await accountsSignInMicrosoft({ body: { invitation: token } })).data;
    // Back from there the invitation is accepted: its page is no place to return to.
    keepDestination("/");
    location.assign(url);
  });
  const { data } = invitation;
  const toSignIn = (
    <ButtonLink to="/sign-in" look="main">
      {auth.signIn}
    </ButtonLink>
  );
  // What was read stays, with what was typed into it: once the link is used there is nothing behind it to read again.
  if (!data) {
    const { error } = invitation;
    return error ? <BadLink error={error} onRetry={() => invitation.refetch()} /> : <Skeleton rows={4} />;
  }
  const titles = { title: t.title(data.company), heading: named(t.title, data.company) };
  if (over) {
    return (
      <Page {...titles}>
        <Notice tone="good" icon="check" title={t[over]} action={over === "joined" && toSignIn} />
      </Page>
    );
  }
  if (here.data === undefined) {
    if (!here.error) return <Skeleton rows={4} />;
    return (
      <Page {...titles}>
        <Problem error={here.error} onRetry={() => here.refetch()} />
      </Page>
    );
  }
  const accept = async (values: FormData) => {
    const body = data.has_account
      ? { token }
      : { token, name: text(values, "name"), password: String(values.get("password")) };
    const { tenant } = (await membersAcceptInvitation({ body })).data;
    if (!data.has_account) return setOver("joined");
    const tokens = (await accountsSwitchCompany({ path: { tenant } })).data;
    queries.clear();
    signedIn(tokens);
    await router.navigate({ to: "/" });
  };
  const toSignInFirst = () => {
    // Not in the address: the token is to reach no server.
    keepDestination(`/invitation#token=${token}`);
    router.navigate({ to: "/sign-in" });
  };
  const signInFirst = data.has_account && !here.data;
  return (
    <Page
      {...titles}
      lead={
        <>
          <p>{named(t.by, data.inviter)}</p>
          <p>{named(t.role, roleName(data.role, data.role_name))}</p>
        </>
      }
    >
      {data.microsoft_only ? (
        <>
          <p>{named(t.microsoftOnly, data.company)}</p>
          {data.has_account && <p className="text-dim">{t.linkFirst}</p>}
        </>
      ) : signInFirst ? (
        <Notice
          title={t.signInFirst}
          action={
            <Button look="main" onClick={toSignInFirst}>
              {t.signInToAccept}
            </Button>
          }
        />
      ) : (
        <Form label={t.accept} onSend={accept}>
          {data.has_account ? (
            <p>{t.asYou}</p>
          ) : (
            <>
              <Field label={t.name} name="name" autoComplete="name" maxLength={100} />
              <NewPassword />
            </>
          )}
          <Submit>{t.accept}</Submit>
        </Form>
      )}
      {!data.microsoft_only && <Or />}
      <Button look={data.microsoft_only ? "main" : "plain"} onClick={withMicrosoft} busy={leaving}>
        {t.microsoft}
      </Button>
      <div>
        <Button onClick={decline} busy={declining}>
          {t.decline}
        </Button>
      </div>
    </Page>
  );
}
