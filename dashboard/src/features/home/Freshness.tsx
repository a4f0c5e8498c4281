import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { findingsOverviewOptions } from "~/api/generated/@tanstack/react-query.gen";
import { scansStart } from "~/api/generated/sdk.gen";
import type { OverviewView } from "~/api/generated/types.gen";
import { useReadsFindings, useRoleReason } from "~/features/shell/me";
import { ago } from "~/lib/format";
import { pacer } from "~/lib/pace";
import { useAct } from "~/ui/act";
import { Button, ButtonLink } from "~/ui/button";
import { Notice } from "~/ui/states";
import { toast } from "~/ui/toast";
import { findings as t } from "~texts/findings";

const FIRST_MS = 1500;
/** A check runs every day; numbers older than two of them are old. */
const STALE_MS = 2 * 24 * 3_600_000;

/** The first check follows the connection by itself. */
const isUnderWay = (overview: OverviewView | undefined): boolean =>
  overview?.scan ? ["queued", "running", "paused"].includes(overview.scan.state) : overview?.connection === "connected";

const useOptions = () => ({ ...findingsOverviewOptions(), enabled: useReadsFindings() });

/** The first screen as it was last read, for who may read it. */
const useNewestOverview = () => useQuery(useOptions());

/**
 * The first screen, asked for again while a check is under way: soon at first, then more seldom. All else is asked
 * again when it ends.
 */
export function useOverview() {
  const [wait] = useState(() => pacer(FIRST_MS));
  const overview = useQuery({
    ...useOptions(),
    refetchInterval: ({ state }) => wait(isUnderWay(state.data), state),
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

/** Starts a check, or why that does not work now. */
export function useCheck() {
  const mayNot = useRoleReason("scans:start");
  const { data: overview } = useNewestOverview();
  const underWay = isUnderWay(overview);
  const unconnected = overview && overview.connection !== "connected" ? t.connectFirst : mayNot;
  const queries = useQueryClient();
  const [start, starting] = useAct(async () => {
    await scansStart();
    toast(t.began);
    await queries.invalidateQueries({ queryKey: findingsOverviewOptions().queryKey });
  });
  return { start, starting, underWay, reason: underWay ? t.checking : unconnected };
}

export function CheckNow() {
  const { start, starting, underWay, reason } = useCheck();
  return (
    <Button onClick={start} busy={starting} disabledReason={reason}>
      {underWay ? t.checking : t.checkNow}
    </Button>
  );
}

/** They have the button to check beside their title. */
const OWN_BUTTON = /^\/(savings)?$/;

/** Said of pages that show what was found in Microsoft 365: when that is not of today, and why. */
export function Freshness() {
  const { data: overview } = useNewestOverview();
  const path = useRouterState({ select: (state) => state.location.pathname });
  if (!overview?.checked_at) return null;
  const check = OWN_BUTTON.test(path) ? null : <CheckNow />;
  const trouble = troubleOf(overview);
  if (trouble) return <TroubleNotice trouble={trouble} kept check={check} />;
  if (overview.scan?.state === "paused") {
    return (
      <Notice icon="activity" title={t.paused}>
        {t.pausedLead}
      </Notice>
    );
  }
  if (Date.now() - new Date(overview.checked_at).getTime() <= STALE_MS) return null;
  return (
    <Notice tone="warn" icon="activity" title={t.stale(ago(overview.checked_at))} action={check}>
      {t.staleLead}
    </Notice>
  );
}

type Trouble = keyof typeof t.troubles;

/** What keeps Steward from checking, or kept it the last time. */
export function troubleOf({ connection, scan }: OverviewView): Trouble | undefined {
  if (connection !== "connected") return connection;
  if (scan?.state !== "failed") return undefined;
  switch (scan.failure) {
    case "permission_missing":
      return "permission_missing";
    case "too_slow":
    case "no_connection":
      return "slow";
    default:
      return "failed";
  }
}

const ENDS_BY_CONNECTING: ReadonlySet<Trouble> = new Set(["disconnected", "consent_lost", "permission_missing"]);

interface TroubleProps {
  trouble: Trouble;
  /** There are numbers from before. */
  kept?: boolean;
  /** The button to check, where the page has none. */
  check?: ReactNode;
}

export function TroubleNotice({ trouble, kept = false, check = <CheckNow /> }: TroubleProps) {
  const { title, lead } = t.troubles[trouble];
  const connect = (
    <ButtonLink to="/connect" look="main">
      {t.connectAgain}
    </ButtonLink>
  );
  const action = ENDS_BY_CONNECTING.has(trouble) ? connect : check;
  return (
    <Notice tone="warn" icon="warn" title={title} action={action}>
      {lead} {kept && t.kept}
    </Notice>
  );
}
