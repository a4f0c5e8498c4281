// What a tab keeps over a reload or a way by Microsoft's pages. A tab that may keep nothing goes on without.

/** What was kept under a name; nothing where it is not there or does not read. */
export function kept<T>(name: string): T | undefined {
  try {
    const text = sessionStorage.getItem(name);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

export function keep(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Storage that is full or forbidden.
  }
}

export const forget = (name: string): void => {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // As above.
  }
};
