import { createFileRoute, useRouter } from "@tanstack/react-router";
import { accountsMeOptions, findingsOverviewOptions } from "~/api/generated/@tanstack/react-query.gen";
import { microsoftCallback } from "~/api/generated/sdk.gen";
import { queries } from "~/api/queries";
import { returned } from "~/features/auth/returned";
import { useOnce } from "~/features/auth/useOnce";
import { RETURN } from "~/features/fixes/preview";
import { forget, kept } from "~/lib/kept";
import { ownPath } from "~/lib/link";
import { Button, ButtonLink } from "~/ui/button";
import { Page } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { connect } from "~texts/connect";
import { fixing } from "~texts/fixing";

const t = connect.callback;
/** The first check is asked for behind the answer, within a second as a rule. */
const BEGINS_TRIES = 40;
const BEGINS_MS = 500;

export const Route = createFileRoute("/_app/connect_/callback")({ component: Callback });

/** The newest check there is. */
const newest = async () => (await queries.fetchQuery({ ...findingsOverviewOptions(), staleTime: 0 })).scan?.scan;

/** Waits until a check has been asked for: until then the page that shows it would show the one before, or none. */
async function anotherThan(before: string | undefined): Promise<void> {
  for (let tries = 0; tries < BEGINS_TRIES && (await newest()) === before; tries++) {
    await new Promise((resolve) => setTimeout(resolve, BEGINS_MS));
  }
}

/** Microsoft comes back twice: after signing in, and after the administrator agreed. */
function Callback() {
  const router = useRouter();
  // Where the consent to change things was asked for; nothing where it is the first one, to read.
  const back = kept<string>(RETURN);
  const error = useOnce(async () => {
    const query = new URLSearchParams(location.search);
    const body = {
      ...returned(),
      admin_consent: query.get("admin_consent") ?? undefined,
      tenant: query.get("tenant") ?? undefined,
      scope: query.get("scope") ?? undefined,
    };
    const mayRead = (await queries.ensureQueryData(accountsMeOptions())).permissions.includes("findings:read");
    const before = mayRead ? await newest() : undefined;
    const answer = (await microsoftCallback({ body })).data;
    if (answer.next === "consent") return location.replace(answer.url);
    if (answer.next === "connected" && mayRead) await anotherThan(before);
    await queries.invalidateQueries();
    if (answer.next === "connected" || !back) return router.navigate({ to: "/welcome", replace: true });
    forget(RETURN);
    router.history.replace(ownPath(back));
  });
  if (!error) {
    return (
      <Page title={t.title} lead={t.lead}>
        <Skeleton rows={3} />
      </Page>
    );
  }
  if (back) {
    return (
      <Page title={fixing.refused}>
        <Problem error={error}>
          <Button onClick={() => router.history.replace(ownPath(back))}>{fixing.back}</Button>
        </Problem>
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
