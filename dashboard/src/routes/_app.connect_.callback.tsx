import { createFileRoute, useRouter } from "@tanstack/react-router";
import { microsoftCallback } from "~/api/generated/sdk.gen";
import { queries } from "~/api/queries";
import { returned } from "~/features/auth/returned";
import { useOnce } from "~/features/auth/useOnce";
import { ButtonLink } from "~/ui/button";
import { Page } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { connect } from "~texts/connect";

const t = connect.callback;

export const Route = createFileRoute("/_app/connect_/callback")({ component: Callback });

/** Microsoft comes back twice: after signing in, and after the administrator agreed. */
function Callback() {
  const router = useRouter();
  const error = useOnce(async () => {
    const query = new URLSearchParams(location.search);
    const body = {
      ...returned(),
      admin_consent: query.get("admin_consent") ?? undefined,
      tenant: query.get("tenant") ?? undefined,
      scope: query.get("scope") ?? undefined,
    };
    const answer = (await microsoftCallback({ body })).data;
    if (answer.next === "consent") return location.replace(answer.url);
    await queries.invalidateQueries();
    await router.navigate({ to: "/welcome", replace: true });
  });
  if (!error) {
    return (
      <Page title={t.title} lead={t.lead}>
        <Skeleton rows={3} />
      </Page>
    );
  }
  return (
    <Page title={t.failed}>
      <Problem error={error}>
        <ButtonLink to="/connect">{t.again}</ButtonLink>
      </Problem>
    </Page>
  );
}
