import { Copy } from "~/ui/copy";
import { OnceDialog } from "~/ui/shown-once";
import { settings } from "~texts/settings";

const t = settings.security;

/** Recovery codes, this once. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const all = codes.join("\n");
  return (
    <OnceDialog title={t.codesTitle} kept={t.codesKept} onClose={onKept}>
      <p>
        {t.codesLead} <strong>{t.codesOnce}</strong>
      </p>
      <pre className="overflow-x-auto rounded-md bg-well p-4 text-sm">{all}</pre>
      <div>
        <Copy value={all} />
      </div>
    </OnceDialog>
  );
}
