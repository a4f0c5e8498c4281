import { createFileRoute, Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { GROUPS } from "~/features/settings/groups";
import { Button } from "~/ui/button";
import { Icon } from "~/ui/icons";
import { settings as t } from "~texts/settings";

export const Route = createFileRoute("/_app/_settings")({ component: Settings });

/** Whose settings, and which. Where it is narrow the one that is open stands for all of them. */
function Settings() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [open, setOpen] = useState<string>();
  const shown = open === path;
  const here = GROUPS.flatMap(({ tabs }) => [...tabs]).find(({ to }) => to === path);
  return (
    <>
      <nav aria-label={t.nav} className="grid gap-2 sm:border-line sm:border-b">
        <Button
          className="w-full sm:hidden"
          aria-expanded={shown}
          aria-controls="settings"
          onClick={() => setOpen(shown ? undefined : path)}
        >
          <span className="me-auto text-start">{here ? t.open(here.name) : t.nav}</span>
          <Icon name="down" className={`size-4 ${shown ? "rotate-180" : ""}`} />
        </Button>
        <div id="settings" className={`gap-2 sm:grid sm:gap-0 ${shown ? "grid" : "hidden"}`}>
          {GROUPS.map(({ name, tabs }) => (
            <div key={name} className="sm:grid sm:grid-cols-[7rem_1fr] sm:items-baseline">
              <p className="px-3 text-dim text-sm sm:px-0">{name}</p>
              <ul className="sm:flex sm:flex-wrap">
                {tabs.map(({ to, name }) => (
                  <li key={to}>
                    <Link
                      to={to}
                      activeOptions={{ exact: true, includeSearch: false }}
                      className="-mb-px flex min-h-11 items-center border-transparent px-3 text-dim hover:text-ink sm:border-b-2 lg:min-h-9"
                      activeProps={{ className: "border-accent! text-ink! font-semibold", "aria-current": "page" }}
                    >
                      {name}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </div>
      </nav>
      <Outlet />
    </>
  );
}
