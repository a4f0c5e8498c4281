import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type ApiError, apiError } from "~/api/error";
import type { FindingId, FindingView } from "~/api/generated/types.gen";
import { useRoleReason } from "~/features/shell/me";
import { keep } from "~/lib/kept";
import { Button } from "~/ui/button";
import { deciding } from "~texts/deciding";
import { AcceptDialog, SnoozeDialog } from "./DecideDialogs";
import { accept, QUEUE, snooze } from "./decide";
import { fixable } from "./fixable";
import { follow } from "./follow";

const t = deciding.bulk;

/** What can be done with several findings at once. Fixes are previewed one after the other: each is approved by itself. */
export function Bulk({ findings, onDone }: { findings: readonly FindingView[]; onDone: () => void }) {
  const navigate = useNavigate();
  const mayDecide = useRoleReason("findings:manage");
  const mayPreview = useRoleReason("fixes:preview");
  const [asking, ask] = useState<"snooze" | "accept">();
  const fixes = findings.filter(({ remedy }) => fixable(remedy));
  const each =
    (act: (finding: FindingId, values: FormData) => Promise<unknown>, told: (n: number) => string) =>
    async (values: FormData) => {
      const refused: [FindingView, ApiError][] = [];
      for (const one of findings) {
        await act(one.finding, values).catch((thrown) => refused.push([one, apiError(thrown)]));
      }
      const done = findings.length - refused.length;
      // Where nothing was taken, what was typed is to be mended.
      if (done === 0) throw refused[0]?.[1];
      ask(undefined);
      const why = refused.map(([{ headline }, { detail }]) => t.failed(headline, detail));
      onDone();
      await follow([told(done), ...why].join(" "), refused.length > 0);
    };
  const review = () => {
    const [first, ...rest] = fixes.map(({ finding }) => finding);
    if (!first) return;
    keep(QUEUE, rest);
    navigate({ to: "/savings/$finding", params: { finding: first }, search: { preview: "advised" } });
  };
  const about = t.chosen(findings.length);
  return (
    <section
      aria-label={about}
      className="sticky bottom-0 flex flex-wrap items-center gap-2 rounded-t-xl border border-line bg-card p-3 shadow-lg"
    >
      <strong className="me-auto px-2">{about}</strong>
      <Button look="main" onClick={review} disabledReason={mayPreview ?? (fixes.length === 0 ? t.noFix : undefined)}>
        {t.review(fixes.length)}
      </Button>
      <Button onClick={() => ask("snooze")} disabledReason={mayDecide}>
        {t.snooze}
      </Button>
      <Button onClick={() => ask("accept")} disabledReason={mayDecide}>
        {t.accept}
      </Button>
      <Button look="quiet" onClick={onDone}>
        {t.none}
      </Button>
      {asking === "snooze" && (
        <SnoozeDialog about={about} onClose={() => ask(undefined)} onSend={each(snooze, t.snoozed)} />
      )}
      {asking === "accept" && (
        <AcceptDialog about={about} onClose={() => ask(undefined)} onSend={each(accept, t.accepted)} />
      )}
    </section>
  );
}
