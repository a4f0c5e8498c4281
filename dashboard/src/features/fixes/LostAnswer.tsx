import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { apiError } from "~/api/error";
import { fixesApply } from "~/api/generated/sdk.gen";
import type { FindingId } from "~/api/generated/types.gen";
import { forget, kept } from "~/lib/kept";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Notice } from "~/ui/states";
import { fixing as t } from "~texts/fixing";
import { isOpen, keyOf, type Sent, sentName } from "./preview";

/** An approval whose answer never came, and the way to ask for that answer. */
export function LostAnswer({ sent, onAsk, busy }: { sent: Sent; onAsk: () => void; busy: boolean }) {
  return (
    <Notice
      tone="warn"
      icon="warn"
      title={t.lost}
      action={
        <Button look="main" onClick={onAsk} busy={busy}>
          {t.ask}
        </Button>
      }
    >
      {t.lostLead(sent.headline)}
    </Notice>
  );
}

/** The same where the finding is gone already: most likely because what was approved was done. */
export function LostAnswerOf({ finding }: { finding: FindingId }) {
  const [sent, setSent] = useState<Sent | undefined>(() => kept(sentName(finding)));
  const queries = useQueryClient();
  const navigate = useNavigate();
  const settled = () => {
    forget(sentName(finding));
    setSent(undefined);
  };
  const [ask, asking] = useAct(async ({ body }: Sent) => {
    try {
      const { data } = await fixesApply({ headers: { "Idempotency-Key": keyOf(body) }, body });
      settled();
      await navigate({ to: "/changes/$fix", params: { fix: data.fix }, replace: true });
      await queries.invalidateQueries();
    } catch (thrown) {
      // It never arrived, and there is nothing left to do: it was no more than asked for.
      if (!isOpen(apiError(thrown))) settled();
      throw thrown;
    }
  });
  return sent && <LostAnswer sent={sent} onAsk={() => ask(sent)} busy={asking} />;
}
