import { createFileRoute } from "@tanstack/react-router";
import { accountsConfirmMicrosoft } from "~/api/generated/sdk.gen";
import { OneTime } from "~/features/auth/OneTime";
import { auth } from "~texts/auth";

export const Route = createFileRoute("/_public/confirm-microsoft")({
  component: () => (
    <OneTime {...auth.microsoftAccount} onUse={(token) => accountsConfirmMicrosoft({ body: { token } })} />
  ),
});
