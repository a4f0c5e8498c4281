import type { ReactNode } from "react";
import { apiError } from "~/api/error";

export interface Toast {
  id: number;
  text: ReactNode;
  bad: boolean;
  /** The number to ask us with. */
  request?: string | undefined;
}

const SHOWN_MS = 8000;
/** As many as there is room for, beside those that stay. */
const PASSING = 3;
let toasts: readonly Toast[] = [];
let said = "";
let next = 0;
const listeners = new Set<() => void>();

function change(to: readonly Toast[]): void {
  toasts = to;
  for (const listener of listeners) listener();
}

export function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const shownToasts = (): readonly Toast[] => toasts;
export const saidLast = (): string => said;

export const hideToast = (id: number): void => change(toasts.filter((one) => one.id !== id));

/** Shows a line for a while, and says it to who cannot see it. What went wrong stays until it is put away. */
export function toast(text: ReactNode, bad = false, request?: string): void {
  const id = next++;
  const passing = toasts.filter((one) => !one.bad).slice(1 - PASSING);
  // The same thing gone wrong again is said once, with its newest number.
  const kept = toasts.filter((one) => (one.bad ? one.text !== text : passing.includes(one)));
  change([...kept, { id, text, bad, request }]);
  if (!bad) setTimeout(() => hideToast(id), SHOWN_MS);
}

/** Tells why an act that has no form of its own did not succeed. */
export function toastError(thrown: unknown): void {
  const { message, detail, requestId } = apiError(thrown);
  toast(`${message}. ${detail}`, true, requestId);
}

/** Says something without showing it. */
export function announce(text: string): void {
  said = text;
  for (const listener of listeners) listener();
}
