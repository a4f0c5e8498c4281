import { createRootRoute, Outlet } from "@tanstack/react-router";
import { Prompts } from "~/features/prompts/Prompts";
import { Announcer } from "~/features/shell/Announcer";
import { Broken, NotFound } from "~/features/shell/dead-ends";
import { OfflineBar } from "~/features/shell/OfflineBar";
import { Toasts } from "~/ui/toasts";
import { common as t } from "~texts/common";

export const Route = createRootRoute({
  component: () => (
    <>
      <a
        href="#content"
        className="sr-only rounded-md bg-accent px-4 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:start-4 focus:top-4 focus:z-20"
      >
        {t.skip}
      </a>
      <OfflineBar />
      <Outlet />
      <Toasts />
      <Prompts />
      <Announcer />
    </>
  ),
  notFoundComponent: NotFound,
  errorComponent: Broken,
});
