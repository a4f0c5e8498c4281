import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { microsoftStatusOptions, scansListOptions } from "~/api/generated/@tanstack/react-query.gen";
import { microsoftDisconnect } from "~/api/generated/sdk.gen";
import type { ConnectionView, ReadView } from "~/api/generated/types.gen";
import { queries } from "~/api/queries";
import { Confirm } from "~/features/settings/Confirm";
import { Allowed } from "~/features/shell/Allowed";
import { useCan, useRoleReason } from "~/features/shell/me";
import { day, moment, number } from "~/lib/format";
import { Button, ButtonLink } from "~/ui/button";
import { Page, Part } from "~/ui/page";
import { Notice, Problem, Skeleton, Status } from "~/ui/states";
import { Table } from "~/ui/table";
import { toast } from "~/ui/toast";
import { settings } from "~texts/settings";

const t = settings.connection;

export const Route = createFileRoute("/_app/_settings/settings/connection")({
  component: () => (
    <Allowed to="connection:read" title={t.title}>
      <Connection />
    </Allowed>
  ),
});

function Connection() {
  const connection = useQuery(microsoftStatusOptions());
  const maySeeChecks = useCan("scans:read");
  return (
    <Page title={t.title} lead={t.lead}>
      {connection.error && <Problem error={connection.error} onRetry={() => connection.refetch()} />}
      {connection.isPending && !connection.error && <Skeleton rows={3} tall />}
      {connection.data && <Loaded connection={connection.data} />}
      {maySeeChecks && <Checks />}
    </Page>
  );
}

const tones = { connected: "good", consent_lost: "bad", disconnected: "quiet" } as const;

function Loaded({ connection }: { connection: ConnectionView }) {
  const mayNot = useRoleReason("connection:manage");
  const [asking, ask] = useState(false);
  const { state, since, name, reason, directory, reads } = connection;
  const granted = reads.filter((one) => one.granted);
  const missing = reads.filter((one) => connection.missing.includes(one.name));
  const connected = state === "connected";
  const connect = (text: string) =>
    mayNot ? <Button disabledReason={mayNot}>{text}</Button> : <ButtonLink to="/connect">{text}</ButtonLink>;
  return (
    <>
      <Part
        title={name ? <bdi>{name}</bdi> : t.state(state)}
        actions={
          <div className="flex flex-wrap gap-2">
            {connect(directory ? t.again : t.connect)}
            {connected && (
              <Button look="danger" onClick={() => ask(true)} disabledReason={mayNot}>
                {t.disconnect}
              </Button>
            )}
          </div>
        }
      >
        <p>
          <Status tone={tones[state]}>{t.state(state)}</Status> {since && t.since(day(since))}
        </p>
        {directory && (
          <p className="text-dim text-sm">
            {t.directory}: <code className="break-all">{directory}</code>
          </p>
        )}
        {reason && (
          <p className="text-dim text-sm">
            {t.reason}: <code>{reason}</code>
          </p>
        )}
        {granted.length > 0 && (
          <div className="grid gap-2">
            <h3>{t.granted}</h3>
            <Reads of={granted} />
          </div>
        )}
      </Part>
      {missing.length > 0 && (
        <Notice tone="warn" icon="warn" title={t.missing} action={connect(t.again)}>
          <p>{t.missingLead}</p>
          <Reads of={missing} />
        </Notice>
      )}
      {asking && (
        <Confirm
          title={t.confirm}
          lead={t.confirmLead}
          act={t.disconnect}
          onClose={() => ask(false)}
          onAct={async () => {
            await microsoftDisconnect();
            toast(t.disconnected);
            await queries.invalidateQueries();
          }}
        />
      )}
    </>
  );
}

/** Permissions by what they are used for; what Microsoft calls them comes second. */
function Reads({ of }: { of: readonly ReadView[] }) {
  return (
    <ul className="grid gap-3">
      {of.map(({ name, uses }) => (
        <li key={name}>
          {uses.map(({ what, why }) => (
            <p key={what}>
              {what} <span className="text-dim text-sm">{why}</span>
            </p>
          ))}
          {uses.length === 0 && <p>{t.unused}</p>}
          <code className="text-dim text-xs">{name}</code>
        </li>
      ))}
    </ul>
  );
}

function Checks() {
  const scans = useQuery(scansListOptions({ query: { limit: 10 } }));
  if (scans.error) return <Problem error={scans.error} onRetry={() => scans.refetch()} />;
  if (!scans.data?.items.length) return null;
  const c = t.check;
  return (
    <Part title={t.checks}>
      <Table
        caption={t.checks}
        rows={scans.data.items}
        id={(scan) => scan.scan}
        columns={[
          { head: c.at, cell: (scan) => moment(scan.requested_at) },
          { head: c.by, cell: (scan) => (scan.scheduled ? c.scheduled : c.somebody) },
          {
            head: c.state,
            cell: (scan) => (
              <Status tone={scan.state === "failed" ? "bad" : scan.state === "finished" ? "good" : "quiet"}>
                {c.states[scan.state]}
              </Status>
            ),
          },
          { head: c.people, cell: (scan) => number(scan.progress.people), numeric: true },
          { head: c.findings, cell: (scan) => (scan.findings == null ? "–" : number(scan.findings)), numeric: true },
          { head: c.calls, cell: (scan) => number(scan.microsoft_calls), numeric: true },
        ]}
      />
    </Part>
  );
}
