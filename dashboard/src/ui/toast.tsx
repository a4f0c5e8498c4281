import { useSyncExternalStore } from "react";
import { apiError } from "~/api/error";
import { common as t } from "~texts/common";
import { Icon } from "./icons";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

const SHOWN_MS = 8000;
let toasts: readonly Toast[] = [];
let said = "";
let next = 0;
const listeners = new Set<() => void>();

function change(to: readonly Toast[]): void {
  toasts = to;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Shows a line for a while, and says it to who cannot see it. */
export function toast(text: string, bad = false): void {
  const id = next++;
  change([...toasts.slice(-2), { id, text, bad }]);
  setTimeout(() => change(toasts.filter((one) => one.id !== id)), SHOWN_MS);
}

/** Tells why an act that has no form of its own did not succeed. */
export function toastError(thrown: unknown): void {
  const error = apiError(thrown);
  toast(`${error.message}. ${error.detail}${error.requestId ? ` ${t.request(error.requestId)}` : ""}`, true);
}

/** Says something without showing it. */
export function announce(text: string): void {
  said = text;
  for (const listener of listeners) listener();
}

export function Toasts() {
  const shown = useSyncExternalStore(listen, () => toasts);
  const spoken = useSyncExternalStore(listen, () => said);
  return (
    <>
      <p aria-live="polite" className="sr-only">
        {spoken}
      </p>
      <div aria-live="polite" className="fixed inset-x-4 bottom-4 z-10 grid justify-items-center gap-2">
        {shown.map(({ id, text, bad }) => (
          <p key={id} className="flex max-w-xl gap-2 rounded-lg bg-ink px-4 py-3 text-paper shadow-lg">
            <Icon name={bad ? "warn" : "check"} className="mt-0.5 size-5" />
            {text}
          </p>
        ))}
      </div>
    </>
  );
}
