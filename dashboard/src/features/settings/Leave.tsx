import { useState } from "react";
import { leaveCompany } from "~/features/shell/company";
import { useMe } from "~/features/shell/me";
import { useLeave } from "~/features/shell/signOut";
import { Button } from "~/ui/button";
import { toast } from "~/ui/toast";
import { settings } from "~texts/settings";
import { Confirm } from "./Confirm";

const t = settings.team;

/** Leaves the company one is in, whatever one's role, once that is confirmed. */
export function Leave({ disabledReason }: { disabledReason?: string | undefined }) {
  const { data: me } = useMe();
  const [asking, ask] = useState(false);
  const signOut = useLeave();
  if (!me) return null;
  return (
    <>
      <Button look="danger" onClick={() => ask(true)} disabledReason={disabledReason}>
        {t.leave}
      </Button>
      {asking && (
        <Confirm
          title={t.leaveTitle}
          lead={t.leaveLead}
          act={t.leave}
          onClose={() => ask(false)}
          onAct={async () => {
            if (await leaveCompany(me.tenant)) return;
            toast(t.left);
            await signOut();
          }}
        />
      )}
    </>
  );
}
