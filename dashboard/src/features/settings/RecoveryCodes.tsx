import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { toast, toastError } from "~/ui/toast";
import { common } from "~texts/common";
import { settings } from "~texts/settings";

const t = settings.security;

/** Recovery codes, this once. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const all = codes.join("\n");
  return (
    <Dialog title={t.codesTitle} onClose={onKept}>
      <div className="grid gap-4">
        <p>
          {t.codesLead} <strong>{t.codesOnce}</strong>
        </p>
        <pre className="overflow-x-auto rounded-md bg-well p-4 text-sm">{all}</pre>
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => navigator.clipboard.writeText(all).then(() => toast(common.copied), toastError)}>
            {common.copy}
          </Button>
          <Button look="main" onClick={onKept}>
            {t.codesKept}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
