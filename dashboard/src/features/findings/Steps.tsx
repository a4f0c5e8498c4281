import type { ReactNode } from "react";
import { Part } from "~/ui/page";
import { fixing as t } from "~texts/fixing";

/**
 * What to do by hand, in order. Where Steward can act too, they stand beside its fix: part of it comes before that, and
 * all of it is what is left where a permission is missing.
 */
export function Steps({
  steps,
  beside = false,
  actions,
}: {
  steps: readonly string[];
  /** Whether a fix of Steward's stands beside them. */
  beside?: boolean;
  actions?: ReactNode;
}) {
  if (steps.length === 0) return null;
  return (
    <Part title={beside ? t.byHand : t.guided} lead={beside ? t.byHandLead : t.guidedLead} actions={actions}>
      <ol className="grid list-decimal gap-2 ps-5">
        {steps.map((step) => (
          <li key={step} className="max-w-prose">
            {step}
          </li>
        ))}
      </ol>
      <p className="text-dim">{t.recheck}</p>
    </Part>
  );
}
