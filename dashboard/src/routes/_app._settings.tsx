import { createFileRoute, Link, Outlet } from "@tanstack/react-router";
import { settings as t } from "~texts/settings";

export const Route = createFileRoute("/_app/_settings")({ component: Settings });

const TABS = [
  { to: "/account", name: t.tabs.profile },
  { to: "/account/security", name: t.tabs.security },
  { to: "/account/devices", name: t.tabs.devices },
  { to: "/settings/connection", name: t.tabs.connection },
  { to: "/settings/sign-in", name: t.tabs.rules },
  { to: "/settings/keys", name: t.tabs.keys },
] as const;

function Settings() {
  return (
    <>
      <nav aria-label={t.nav} className="flex flex-wrap gap-x-1 border-line border-b">
        {TABS.map(({ to, name }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: true }}
            className="-mb-px flex min-h-11 items-center border-transparent border-b-2 px-3 text-dim hover:text-ink lg:min-h-9"
            activeProps={{ className: "border-accent! text-ink! font-semibold", "aria-current": "page" }}
          >
            {name}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
