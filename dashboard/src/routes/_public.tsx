import { createFileRoute, Outlet } from "@tanstack/react-router";
import { Mark } from "~/features/shell/Mark";
import { common as t } from "~texts/common";

export const Route = createFileRoute("/_public")({
  component: () => (
    <div className="mx-auto grid min-h-dvh max-w-md content-start gap-8 px-5 py-10 sm:py-16">
      <Mark />
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="text-dim text-sm">{t.help}</footer>
    </div>
  ),
});
