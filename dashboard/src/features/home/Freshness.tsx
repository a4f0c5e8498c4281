import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { findingsOverviewOptions } from "~/api/generated/@tanstack/react-query.gen";
import { scansStart } from "~/api/generated/sdk.gen";
import type { OverviewView } from "~/api/generated/types.gen";
import { useRoleReason } from "~/features/shell/me";
import { ago } from "~/lib/format";
import { useAct } from "~/ui/act";
import { Button, ButtonLink } from "~/ui/button";
import { Notice } from "~/ui/states";
import { toast } from "~/ui/toast";
import { findings as t } from "~texts/findings";

const POLL_MS = 1500;
/** A check runs every day; numbers older than two of them are old. */
const STALE_MS = 2 * 24 * 3_600_000;

/** The first check follows the connection by itself. */
const isUnderWay = (overview: OverviewView | undefined): boolean =>
  overview?.scan ? ["queued", "running", "paused"].includes(overview.scan.state) : overview?.connection === "connected";

/** The first screen, asked for again while a check is under way; all else is asked again when it ends. */
export function useOverview() {
  const overview = useQuery({
    ...findingsOverviewOptions(),
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? POLL_MS : false),
  });
  const queries = useQueryClient();
  const underWay = isUnderWay(overview.data);
  const was = useRef(underWay);
  useEffect(() => {
    if (was.current && !underWay) queries.invalidateQueries();
    was.current = underWay;
  }, [underWay, queries]);
  return { ...overview, underWay };
}

/** Starts a check. */
export function CheckNow() {
  const mayNot = useRoleReason("scans:start");
  const { data: overview } = useQuery(findingsOverviewOptions());
  const underWay = isUnderWay(overview);
  const reason = overview && overview.connection !== "connected" ? t.connectFirst : mayNot;
  const queries = useQueryClient();
  const [start, starting] = useAct(async () => {
    await scansStart();
    toast(t.began);
    await queries.invalidateQueries({ queryKey: findingsOverviewOptions().queryKey });
  });
  return (
    <Button onClick={start} busy={starting} disabledReason={underWay ? t.checking : reason}>
      {underWay ? t.checking : t.checkNow}
    </Button>
  );
}

/** Said of pages that show what was found in Microsoft 365: when that is not of today, and why. */
export function Freshness() {
  const { data: overview } = useQuery(findingsOverviewOptions());
  const { checked_at, connection, scan } = overview ?? {};
  const failure = scan?.failure;
  const old = checked_at ? Date.now() - new Date(checked_at).getTime() > STALE_MS : false;
  if (!checked_at) return null;
  if (connection === "disconnected") return <ConnectAgain title={t.ended}>{t.endedLead}</ConnectAgain>;
  if (connection === "consent_lost") return <ConnectAgain title={t.lost}>{t.lostLead}</ConnectAgain>;
  if (failure === "permission_missing") return <ConnectAgain title={t.refused}>{t.refusedLead}</ConnectAgain>;
  if (failure) {
    const slow = failure === "too_slow" || failure === "no_connection";
    return (
      <Notice tone="warn" icon="warn" title={slow ? t.slow : t.failed}>
        {slow ? t.slowLead : t.failedLead}
      </Notice>
    );
  }
  if (scan?.state === "paused") {
    return (
      <Notice icon="activity" title={t.paused}>
        {t.pausedLead}
      </Notice>
    );
  }
  if (!old) return null;
  return (
    <Notice tone="warn" icon="activity" title={t.stale(ago(checked_at))}>
      {t.staleLead}
    </Notice>
  );
}

function ConnectAgain({ title, children }: { title: string; children: string }) {
  return (
    <Notice
      tone="warn"
      icon="warn"
      title={title}
      action={
        <ButtonLink to="/connect" look="main">
          {t.connectAgain}
        </ButtonLink>
      }
    >
      {children}
    </Notice>
  );
}
