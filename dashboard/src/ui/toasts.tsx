import { useSyncExternalStore } from "react";
import { common as t } from "~texts/common";
import { Button } from "./button";
import { Copy } from "./copy";
import { Icon } from "./icons";
import { hideToast, listen, saidLast, shownToasts, type Toast } from "./toast";

/** What was said last, over whatever page stands. */
export function Toasts() {
  const shown = useSyncExternalStore(listen, shownToasts);
  const spoken = useSyncExternalStore(listen, saidLast);
  return (
    <>
      <p aria-live="polite" className="sr-only">
        {spoken}
      </p>
      {/* What stands below can be pressed beside them. */}
      <div
        aria-live="polite"
        className="pointer-events-none fixed inset-x-4 bottom-4 z-10 grid max-h-[60dvh] justify-items-center gap-2 overflow-y-auto"
      >
        {shown.map((one) =>
          one.bad ? (
            <Bad key={one.id} toast={one} />
          ) : (
            <p key={one.id} className={`${SHAPE} flex gap-2 bg-ink text-paper`}>
              <Icon name="check" className="mt-0.5 size-5" />
              <span>{one.text}</span>
            </p>
          ),
        )}
      </div>
    </>
  );
}

const SHAPE = "pointer-events-auto max-w-xl rounded-lg px-4 py-3 shadow-lg";

/** What went wrong, with the number to ask us with, until it is put away. */
function Bad({ toast: { id, text, request } }: { toast: Toast }) {
  return (
    <div className={`${SHAPE} grid gap-1 border border-bad bg-bad-tint text-ink`}>
      <p className="flex gap-2">
        <Icon name="warn" className="mt-0.5 size-5 text-bad" />
        <span>{text}</span>
      </p>
      <div className="flex flex-wrap items-center justify-end gap-x-2 text-sm">
        {request && (
          <>
            <span className="me-auto break-all">{t.request(request)}</span>
            <Copy value={request} look="quiet" />
          </>
        )}
        <Button look="quiet" onClick={() => hideToast(id)}>
          {t.hide}
        </Button>
      </div>
    </div>
  );
}
