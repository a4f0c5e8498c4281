import { createFileRoute } from "@tanstack/react-router";
import { accountsUndoEmail } from "~/api/generated/sdk.gen";
import { OneTime } from "~/features/auth/OneTime";
import { ButtonLink } from "~/ui/button";
import { auth } from "~texts/auth";

export const Route = createFileRoute("/_public/undo-email-change")({
  component: () => (
    <OneTime
      {...auth.undo}
      onUse={(token) => accountsUndoEmail({ body: { token } })}
      next={
        <ButtonLink to="/reset-password" look="main">
          {auth.reset.title}
        </ButtonLink>
      }
    />
  ),
});
