import { createFileRoute, Link, Outlet, redirect, useMatches, useRouter, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { isSignedIn } from "~/api/session";
import { Freshness } from "~/features/home/Freshness";
import { Closed, isClosed } from "~/features/shell/Closed";
import { arrive } from "~/features/shell/company";
import { Elsewhere } from "~/features/shell/Elsewhere";
import { Find } from "~/features/shell/Find";
import { Mark } from "~/features/shell/Mark";
import { Me, useMe } from "~/features/shell/me";
import { PersonMenu } from "~/features/shell/PersonMenu";
import { PAGES } from "~/features/shell/pages";
import { Standing } from "~/features/shell/Standing";
import { day } from "~/lib/format";
import { Button, ButtonLink } from "~/ui/button";
import { Icon } from "~/ui/icons";
import { Notice } from "~/ui/states";
import { shell as t } from "~texts/shell";

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ location }) => {
    if (!(await isSignedIn())) {
      const to = location.href === "/" ? undefined : location.href;
      throw redirect({ to: "/sign-in", search: to ? { to } : {} });
    }
    return { refused: await arrive(location.href) };
  },
  component: () => (
    <Me>
      <Inside />
    </Me>
  ),
});

/** The shell and its pages, unless the company is closed or a link is about one that lets nobody of this session in. */
function Inside() {
  const { error } = useMe();
  const { refused } = Route.useRouteContext();
  if (isClosed(error)) return <Closed error={error} />;
  return refused ? <Elsewhere refusal={refused} /> : <Shell />;
}

const HERE = "bg-tint font-semibold text-accent";

const SETTLED_MS = 1000;
/** Pages that show nothing of Microsoft 365, or say themselves how it stands there. Checks tell of the last one. */
const OWN_STATE = /^\/(connect|welcome|account|settings(?!\/checks)|team|activity|new-company)/;

function Shell() {
  useLoaded();
  const path = useRouterState({ select: (state) => state.location.pathname });
  // Settings are many addresses and one entry.
  const inSettings = useMatches({ select: (all) => all.some(({ routeId }) => routeId === "/_app/_settings") });
  const [open, setOpen] = useState<string>();
  const shown = open === path;
  return (
    <div className="mx-auto grid min-h-dvh max-w-6xl grid-rows-[auto_1fr] lg:grid-cols-[13rem_1fr] lg:grid-rows-none">
      <div className="flex flex-wrap items-center gap-2 border-line border-b px-4 py-3 lg:sticky lg:top-0 lg:h-dvh lg:flex-col lg:flex-nowrap lg:items-stretch lg:border-e lg:border-b-0 lg:px-3 lg:py-6">
        <Link to="/" className="me-auto px-1 lg:me-0 lg:px-3 lg:pb-4">
          <Mark />
        </Link>
        <Button
          className="lg:hidden"
          aria-expanded={shown}
          aria-controls="pages"
          onClick={() => setOpen(shown ? undefined : path)}
        >
          <Icon name="menu" />
          {t.menu}
        </Button>
        <nav
          id="pages"
          aria-label={t.nav}
          className={`order-last w-full lg:order-none lg:block ${shown ? "" : "hidden"}`}
        >
          <ul className="grid gap-1">
            {PAGES.map(({ to, name, icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  activeOptions={{ exact: to === "/" }}
                  className={`flex min-h-11 items-center gap-3 rounded-md px-3 hover:bg-well lg:min-h-9 ${inSettings && to === "/account" ? HERE : ""}`}
                  activeProps={{ className: HERE, "aria-current": "page" }}
                >
                  <Icon name={icon} />
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="flex items-center gap-2 lg:mt-auto lg:grid">
          <Find />
          <PersonMenu />
        </div>
      </div>
      <div className="min-w-0">
        <SampleStrip />
        <main id="content" tabIndex={-1} className="grid gap-6 px-4 py-6 sm:px-8 sm:py-10">
          <Standing />
          <SecondFactorWanted />
          {!OWN_STATE.test(path) && <Freshness />}
          <Outlet />
        </main>
      </div>
    </div>
  );
}

/** Loads the other pages' code once this one stands: going there then waits for nothing, not even for the network. */
function useLoaded() {
  const router = useRouter();
  useEffect(() => {
    const timer = setTimeout(async () => {
      const pages = Object.values(router.routesById).filter(({ id }) => id.startsWith(Route.id));
      // One after the other: all at once would hold up a click. What does not come now is asked for again on the way
      // there, which tells why.
      for (const page of pages) await router.loadRouteChunk(page)?.catch(() => undefined);
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [router]);
}

/** The sample company says so on every page: its numbers are nobody's. */
function SampleStrip() {
  const { data } = useMe();
  if (!data?.sample) return null;
  return (
    // To the edge of the window, wider than what stands on the page.
    <p className="bg-warn-tint px-4 py-2 text-sm shadow-[0_0_0_100vmax_var(--warn-tint)] [clip-path:inset(0_-100vmax_0_0)] sm:px-8">
      <strong>{t.sample}.</strong> {t.sampleLead}
    </p>
  );
}

function SecondFactorWanted() {
  const { data } = useMe();
  if (!data?.second_factor_required_from || data.second_factor) return null;
  return (
    <Notice
      tone="warn"
      icon="key"
      title={t.secondFactor(day(data.second_factor_required_from))}
      action={<ButtonLink to="/account/security">{t.setUp}</ButtonLink>}
    />
  );
}
