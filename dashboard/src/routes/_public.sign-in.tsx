import { createFileRoute, useRouter } from "@tanstack/react-router";
import { queries } from "~/api/queries";
import { signedIn } from "~/api/session";
import { keepDestination, takeDestination } from "~/features/auth/destination";
import { SignInForm } from "~/features/auth/SignInForm";
import { ownPath } from "~/lib/link";
import { TextLink } from "~/ui/link";
import { Page } from "~/ui/page";
import { auth as t } from "~texts/auth";

export const Route = createFileRoute("/_public/sign-in")({
  validateSearch: (search: Record<string, unknown>): { to?: string } => (search.to ? { to: ownPath(search.to) } : {}),
  component: SignIn,
});

function SignIn() {
  const { to } = Route.useSearch();
  const router = useRouter();
  return (
    <Page title={t.signIn} lead={t.lead}>
      <SignInForm
        onDone={(tokens) => {
          queries.clear();
          signedIn(tokens);
          router.history.replace(to ?? takeDestination());
        }}
        onLeave={() => to && keepDestination(to)}
      />
      <div className="grid gap-1">
        <TextLink to="/reset-password">{t.forgot}</TextLink>
        <p>
          {t.noAccount} <TextLink to="/sign-up">{t.signUp}</TextLink>
        </p>
      </div>
      <p className="text-dim text-sm">{t.privacy}</p>
    </Page>
  );
}
