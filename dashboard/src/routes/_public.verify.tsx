import { createFileRoute } from "@tanstack/react-router";
import { accountsVerifyEmail } from "~/api/generated/sdk.gen";
import { NewPassword } from "~/features/auth/NewPassword";
import { OneTime } from "~/features/auth/OneTime";
import { Field, text } from "~/ui/form";
import { auth } from "~texts/auth";

const t = auth.verify;

export const Route = createFileRoute("/_public/verify")({
  component: () => (
    <OneTime
      {...t}
      onUse={(token, values) =>
        accountsVerifyEmail({ body: { token, name: text(values, "name"), password: String(values.get("password")) } })
      }
    >
      <Field label={t.name} name="name" autoComplete="name" maxLength={100} />
      <NewPassword />
    </OneTime>
  ),
});
