import { createFileRoute } from "@tanstack/react-router";
import { accountsConfirmEmail } from "~/api/generated/sdk.gen";
import { OneTime } from "~/features/auth/OneTime";
import { auth } from "~texts/auth";

export const Route = createFileRoute("/_public/confirm-email")({
  component: () => <OneTime {...auth.confirm} onUse={(token) => accountsConfirmEmail({ body: { token } })} />,
});
