import { common as t } from "~texts/common";
import { Button } from "./button";
import { toast, toastError } from "./toast";

/** Takes a text elsewhere. */
export function Copy({ value, look }: { value: string; look?: "quiet" }) {
  return (
    <Button look={look} onClick={() => navigator.clipboard.writeText(value).then(() => toast(t.copied), toastError)}>
      {t.copy}
    </Button>
  );
}

/** Something to take elsewhere, shown once or long. */
export function Copyable({ value, label }: { value: string; label: string }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="sr-only">{label}</span>
      <code className="min-w-0 break-all rounded-md bg-well px-2 py-1 text-sm">{value}</code>
      <Copy value={value} />
    </div>
  );
}
