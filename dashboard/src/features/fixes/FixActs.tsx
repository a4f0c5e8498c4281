import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { fixesCancel, fixesRetry, fixesUndo } from "~/api/generated/sdk.gen";
import type { FixView } from "~/api/generated/types.gen";
import { Confirm } from "~/features/settings/Confirm";
import { useRoleReason } from "~/features/shell/me";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { toast } from "~/ui/toast";
import { changes as t } from "~texts/changes";
import { retryKey, undoKey } from "./fix";

/** What can be done with a fix now: undo it, call it off, try again what failed. */
export function FixActs({ fix }: { fix: FixView }) {
  const queries = useQueryClient();
  const mayNot = useRoleReason("fixes:apply");
  const [asking, ask] = useState<"undo" | "cancel">();
  const path = { fix: fix.fix };
  const after = async (told: string) => {
    toast(told);
    await queries.invalidateQueries();
  };
  const [retry, retrying] = useAct(async () => {
    await fixesRetry({ path, headers: retryKey(fix) });
    await after(t.retrying);
  });
  return (
    <div className="flex flex-wrap gap-2 self-start">
      {fix.can_retry && (
        <Button onClick={retry} busy={retrying} disabledReason={mayNot}>
          {t.retry}
        </Button>
      )}
      {fix.can_cancel && (
        <Button onClick={() => ask("cancel")} disabledReason={mayNot}>
          {t.cancel}
        </Button>
      )}
      {fix.undo.possible && (
        <Button onClick={() => ask("undo")} disabledReason={mayNot}>
          {t.undo}
        </Button>
      )}
      {asking === "undo" && (
        <Confirm
          title={t.undoTitle(fix.headline)}
          lead={fix.action === "reveal_report_names" ? t.undoSetting : t.undoLead(fix.tally.done + fix.tally.pending)}
          act={t.undoAct}
          onClose={() => ask(undefined)}
          onAct={async () => {
            await fixesUndo({ path, headers: undoKey(fix) });
            await after(t.undoing);
          }}
        />
      )}
      {asking === "cancel" && (
        <Confirm
          title={t.cancelTitle(fix.headline)}
          lead={t.cancelLead}
          act={t.cancel}
          onClose={() => ask(undefined)}
          onAct={async () => {
            await fixesCancel({ path });
            await after(t.cancelled);
          }}
        />
      )}
    </div>
  );
}
