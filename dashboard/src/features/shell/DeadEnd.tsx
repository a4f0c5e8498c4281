import type { ReactNode } from "react";
import { useTitle } from "~/ui/page";
import { Mark } from "./Mark";

export const PLACE = "mx-auto grid max-w-2xl gap-4 p-6";

/** In place of a page and of all around it: why, and the ways on. */
export function DeadEnd({ title, children }: { title: string; children: ReactNode }) {
  useTitle(title);
  return (
    <main id="content" tabIndex={-1} className={PLACE}>
      <Mark />
      <h1>{title}</h1>
      {children}
    </main>
  );
}
