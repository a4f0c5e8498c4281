import type { IconName } from "~/ui/icons";
import { shell as t } from "~texts/shell";

/** What stands in the menu. */
export const PAGES = [
  { to: "/", name: t.home, icon: "home" },
  { to: "/savings", name: t.savings, icon: "savings" },
  { to: "/people", name: t.people, icon: "team" },
  { to: "/licences", name: t.licences, icon: "licences" },
  { to: "/trends", name: t.trends, icon: "trends" },
  { to: "/changes", name: t.changes, icon: "check" },
  { to: "/account", name: t.settings, icon: "settings" },
] as const satisfies readonly { to: string; name: string; icon: IconName }[];
