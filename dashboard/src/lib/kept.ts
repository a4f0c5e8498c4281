// What a tab keeps over a reload or a way by Microsoft's pages, and a machine until it is forgotten. Who may keep nothing
// goes on without.

type Where = "tab" | "machine";

/** Asking for it may throw already. */
const storage = (where: Where): Storage => (where === "tab" ? sessionStorage : localStorage);

/** What was kept under a name; nothing where it is not there or does not read. */
export function kept<T>(name: string, where: Where = "tab"): T | undefined {
  try {
    const text = storage(where).getItem(name);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

export function keep(name: string, value: unknown, where: Where = "tab"): void {
  try {
    storage(where).setItem(name, JSON.stringify(value));
  } catch {
    // Storage that is full or forbidden.
  }
}

export const forget = (name: string, where: Where = "tab"): void => {
  try {
    storage(where).removeItem(name);
  } catch {
    // As above.
  }
};
