import { settings as t } from "~texts/settings";

/** Settings are many addresses, yours and the company's. */
export const GROUPS = [
  {
    name: t.you,
    tabs: [
      { to: "/account", name: t.tabs.profile },
      { to: "/account/security", name: t.tabs.security },
      { to: "/account/notifications", name: t.tabs.notifications },
      { to: "/account/devices", name: t.tabs.devices },
    ],
  },
  {
    name: t.company,
    tabs: [
      { to: "/settings/company", name: t.tabs.company },
      { to: "/team", name: t.tabs.team },
      { to: "/settings/checks", name: t.tabs.checks },
      { to: "/settings/exceptions", name: t.tabs.exceptions },
      { to: "/settings/connection", name: t.tabs.connection },
      { to: "/settings/access", name: t.tabs.access },
      { to: "/settings/sign-in", name: t.tabs.rules },
      { to: "/settings/keys", name: t.tabs.keys },
      { to: "/activity", name: t.tabs.activity },
    ],
  },
] as const;
