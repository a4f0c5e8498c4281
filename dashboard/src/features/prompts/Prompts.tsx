import { lazy, Suspense, useSyncExternalStore } from "react";
import { asked, onAsked } from "~/api/prompts";

const Dialogs = lazy(() => import("./Dialogs"));

/** What a request has to ask before it can go on. */
export function Prompts() {
  const now = useSyncExternalStore(onAsked, asked);
  return now && <Suspense>{<Dialogs asked={now} />}</Suspense>;
}
