import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { apiError } from "~/api/error";
import { accountsPreviewSignUp, accountsVerifyEmail } from "~/api/generated/sdk.gen";
import { BadLink } from "~/features/auth/BadLink";
import { CurrencyChoice, currencyOf } from "~/features/auth/CurrencyChoice";
import { NewPassword } from "~/features/auth/NewPassword";
import { NoToken } from "~/features/auth/NoToken";
import { OneTime } from "~/features/auth/OneTime";
import { useLinkToken } from "~/features/auth/useLinkToken";
import { Field, text } from "~/ui/form";
import { named } from "~/ui/named";
import { Skeleton } from "~/ui/states";
import { auth } from "~texts/auth";

const t = auth.verify;

export const Route = createFileRoute("/_public/verify")({ component: Verify });

function Verify() {
  const token = useLinkToken();
  return token ? <SignUp key={token} token={token} /> : <NoToken />;
}

function SignUp({ token }: { token: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["sign-up", token],
    queryFn: async () => (await accountsPreviewSignUp({ body: { token } })).data,
  });
  // What was read stays: once the link is used there is nothing behind it to read again.
  if (!data) {
    return error ? <BadLink error={error} onRetry={() => refetch()} /> : <Skeleton rows={4} />;
  }
  const { company, has_account } = data;
  if (has_account) {
    return (
      <OneTime
        title={t.company.title(company)}
        heading={named(t.company.title, company)}
        lead={t.company.lead}
        go={t.company.go}
        done={t.company.done}
        onUse={(token, values) => accountsVerifyEmail({ body: { token, currency: currencyOf(values) } })}
      >
        <CurrencyChoice />
      </OneTime>
    );
  }
  return (
    <OneTime
      title={t.title}
      lead={t.lead}
      go={t.go}
      done={t.done}
      onUse={async (token, values) => {
        const name = text(values, "name");
        const password = String(values.get("password"));
        try {
          await accountsVerifyEmail({ body: { token, name, password, currency: currencyOf(values) } });
        } catch (thrown) {
          // Another link of the same address was used meanwhile: the page is to be another one.
          if (apiError(thrown).code === "account_exists") await refetch();
          throw thrown;
        }
      }}
    >
      <Field label={t.name} name="name" autoComplete="name" maxLength={100} />
      <NewPassword />
      <CurrencyChoice />
    </OneTime>
  );
}
