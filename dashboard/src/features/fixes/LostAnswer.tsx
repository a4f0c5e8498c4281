import type { FindingId } from "~/api/generated/types.gen";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Notice } from "~/ui/states";
import { fixing as t } from "~texts/fixing";
import type { Sent } from "./preview";
import { useApproval } from "./useApproval";

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
  const { sent, approve } = useApproval(finding);
  const [ask, asking] = useAct(approve);
  return sent && <LostAnswer sent={sent} onAsk={() => ask(sent)} busy={asking} />;
}
