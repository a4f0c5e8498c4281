import type { ReactNode } from "react";
import { apiError } from "~/api/error";
import { common as t } from "~texts/common";
import { Button } from "./button";
import { Copy } from "./copy";
import { Icon, type IconName } from "./icons";

/** What happened, what it means, what to do, and the number to ask us with. */
export function Problem({
  error: thrown,
  onRetry,
  children,
}: {
  error: unknown;
  onRetry?: (() => void) | undefined;
  children?: ReactNode;
}) {
  const error = apiError(thrown);
  return (
    <div role="alert" className="grid gap-2 rounded-lg border border-bad bg-bad-tint p-4">
      <p className="flex gap-2 font-semibold">
        <Icon name="warn" className="mt-0.5 size-5 text-bad" />
        {error.message}
      </p>
      <p>{error.detail}</p>
      {Object.entries(error.fields).map(([field, message]) => (
        <p key={field}>{message}</p>
      ))}
      {error.requestId && (
        <div className="flex flex-wrap items-center gap-x-2 text-sm">
          <p className="text-dim">{t.request(error.requestId)}</p>
          <Copy value={error.requestId} look="quiet" />
        </div>
      )}
      {(onRetry || children) && (
        <div className="flex flex-wrap gap-2">
          {onRetry && <Button onClick={onRetry}>{t.again}</Button>}
          {children}
        </div>
      )}
    </div>
  );
}

const tones = {
  info: "border-line bg-card",
  warn: "border-warn bg-warn-tint",
  good: "border-line bg-tint",
};

/** Something that holds for the page: a word about it, and one thing to do. */
export function Notice({
  tone = "info",
  icon = "info",
  title,
  children,
  action,
}: {
  tone?: keyof typeof tones;
  icon?: IconName;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={`flex flex-wrap items-start gap-x-4 gap-y-3 rounded-lg border p-4 ${tones[tone]}`}>
      <Icon name={icon} className={`mt-0.5 size-5 ${tone === "warn" ? "text-warn" : "text-accent"}`} />
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-semibold">{title}</p>
        {children && <div className="text-dim">{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** Nothing here: a title, a sentence, one thing to do. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="grid justify-items-start gap-3 rounded-lg border border-line border-dashed p-6 sm:p-8">
      <h2>{title}</h2>
      {children && <p className="max-w-prose text-dim">{children}</p>}
      {action}
    </div>
  );
}

/** The shape of what is coming. */
export function Skeleton({ rows = 6, tall = false }: { rows?: number; tall?: boolean }) {
  return (
    <div role="status" aria-label={t.loading} className="grid animate-pulse gap-3">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same
        <div key={row} className={`rounded-md bg-well ${tall ? "h-24" : "h-12"}`} />
      ))}
    </div>
  );
}

const dots = { good: "text-good", warn: "text-warn", bad: "text-bad", quiet: "text-dim" };

/** A state in a word, with a sign and a colour. */
export function Status({ tone, children }: { tone: keyof typeof dots; children: ReactNode }) {
  const icon: Record<keyof typeof dots, IconName> = { good: "check", warn: "warn", bad: "bad", quiet: "info" };
  return (
    <span className={`inline-flex shrink-0 items-center gap-1 whitespace-nowrap font-medium ${dots[tone]}`}>
      <Icon name={icon[tone]} className="size-4" />
      {children}
    </span>
  );
}
