import type { ReactNode } from "react";
import { apiError } from "~/api/error";

export interface Toast {
  id: number;
  text: ReactNode;
  bad: boolean;
  /** The number to ask us with. */
  request?: string | undefined;
  /** When it was told. */
  at: number;
  /** It was said where it stood before: in a dialog that is closed by now, or below one that is open. */
  heard: boolean;
}

const SHOWN_MS = 8000;
/** After so long whoever listens has begun to hear it. */
const HEARD_MS = 1000;
/** What comes into being with words in it is not read out: a place stands for so long before it says any. */
const SILENT_MS = 100;
/** As many as there is room for, beside those that stay. */
const PASSING = 3;
let toasts: readonly Toast[] = [];
let said = "";
let saidAt = 0;
let next = 0;
/** Those that are open, the topmost last: everything below is inert, and says nothing. */
let dialogs: readonly string[] = [];
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
export const topDialog = (): string | undefined => dialogs.at(-1);

export const hideToast = (id: number): void => change(toasts.filter((one) => one.id !== id));

/** Shows a line for a while, and says it to who cannot see it. What went wrong stays until it is put away. */
export function toast(text: ReactNode, bad = false, request?: string): void {
  const id = next++;
  const passing = toasts.filter((one) => !one.bad).slice(1 - PASSING);
  // The same thing gone wrong again is said once, with its newest number.
  const kept = toasts.filter((one) => (one.bad ? one.text !== text : passing.includes(one)));
  change([...kept, { id, text, bad, request, at: Date.now(), heard: false }]);
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
  saidAt = Date.now();
  for (const listener of listeners) listener();
}

/** What is told from now on is told in this dialog, as long as it is the topmost, until what this answers is called. */
export function tellIn(dialog: string): () => void {
  const timer = setTimeout(() => move([...dialogs, dialog]), SILENT_MS);
  return () => {
    clearTimeout(timer);
    if (dialogs.includes(dialog)) move(dialogs.filter((one) => one !== dialog));
  };
}

/** What still stands goes along to where things are told now, and what was heard is not said again there. */
function move(to: readonly string[]): void {
  const heard = Date.now() - HEARD_MS;
  dialogs = to;
  if (saidAt < heard) said = "";
  change(toasts.map((one) => (one.at < heard ? { ...one, heard: true } : one)));
}
