import { useBlocker } from "@tanstack/react-router";
import { current } from "~/api/session";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { common } from "~texts/common";

const t = common.unsaved;
/** Who signed out, or went to another company, can save it no more. */
const couldBeSaved = () => current() !== undefined;

/** Asks before a page is left on which something was typed that is not saved. */
export function Unsaved({ typed }: { typed: boolean }) {
  const leaving = useBlocker({
    shouldBlockFn: couldBeSaved,
    enableBeforeUnload: couldBeSaved,
    disabled: !typed,
    withResolver: true,
  });
  if (leaving.status !== "blocked") return null;
  return (
    <Dialog title={t.title} onClose={leaving.reset}>
      <div className="grid gap-4">
        <p>{t.lead}</p>
        <div className="flex flex-wrap gap-2">
          <Button look="main" onClick={leaving.reset}>
            {t.stay}
          </Button>
          <Button look="danger" onClick={leaving.proceed}>
            {t.leave}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
