import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { accountsSessionsOptions } from "~/api/generated/@tanstack/react-query.gen";
import { accountsEndSession, accountsSignOutEverywhere } from "~/api/generated/sdk.gen";
import { useLeave } from "~/features/shell/signOut";
import { ago } from "~/lib/format";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Page, Part } from "~/ui/page";
import { Problem, Skeleton, Status } from "~/ui/states";
import { toast } from "~/ui/toast";
import { settings } from "~texts/settings";

const t = settings.devices;

export const Route = createFileRoute("/_app/_settings/account/devices")({ component: Devices });

function Devices() {
  const leave = useLeave();
  const sessions = useQuery(accountsSessionsOptions());
  const [end, ending] = useAct(async (session: string) => {
    await accountsEndSession({ path: { session } });
    toast(t.ended);
    await sessions.refetch();
  });
  const [endAll, leaving] = useAct(async () => {
    await accountsSignOutEverywhere();
    await leave();
  });
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Button look="danger" onClick={endAll} busy={leaving} title={t.everywhereHint}>
          {t.everywhere}
        </Button>
      }
      narrow
    >
      {sessions.error && <Problem error={sessions.error} onRetry={() => sessions.refetch()} />}
      {sessions.isPending && !sessions.error && <Skeleton rows={3} />}
      {sessions.data?.items.map((session) => (
        <Part
          key={session.session}
          title={session.device ?? t.unknown}
          actions={
            session.this ? (
              <Status tone="good">{t.this}</Status>
            ) : (
              <Button
                onClick={() => end(session.session)}
                busy={ending}
                aria-label={`${t.end}: ${session.device ?? t.unknown}`}
              >
                {t.end}
              </Button>
            )
          }
        >
          <p className="text-dim">
            {[session.ip, t.since(ago(session.began_at)), t.used(ago(session.last_used_at))]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </Part>
      ))}
    </Page>
  );
}
