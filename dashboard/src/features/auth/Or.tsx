import { auth as t } from "~texts/auth";

/** Between two ways to the same. */
export function Or() {
  return (
    <p className="flex items-center gap-3 text-dim text-sm before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      {t.or}
    </p>
  );
}
