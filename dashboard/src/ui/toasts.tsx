import { useEffect, useId, useSyncExternalStore } from "react";
import { common as t } from "~texts/common";
import { Button } from "./button";
import { Copy } from "./copy";
import { Icon } from "./icons";
import { hideToast, listen, saidLast, shownToasts, type Toast, tellIn, topDialog } from "./toast";

/**
 * What was said last, over whatever page stands; where a dialog is open, in that: what stands below it can be neither
 * read out nor pressed.
 */
export function Toasts({ inDialog = false }: { inDialog?: boolean }) {
  const id = useId();
  const place = inDialog ? id : undefined;
  useEffect(() => (place ? tellIn(place) : undefined), [place]);
  const here = useSyncExternalStore(listen, topDialog) === place;
  const all = useSyncExternalStore(listen, shownToasts);
  const spoken = useSyncExternalStore(listen, saidLast);
  const shown = here ? all : [];
  return (
    <>
      <p aria-live="polite" className="sr-only">
        {here && spoken}
      </p>
      {/* What stands below can be pressed beside them. */}
      <div className="pointer-events-none fixed inset-x-4 bottom-4 z-10 max-h-[60dvh] overflow-y-auto">
        <List toasts={shown.filter(({ heard }) => heard)} />
        <div aria-live="polite">
          <List toasts={shown.filter(({ heard }) => !heard)} />
        </div>
      </div>
    </>
  );
}

function List({ toasts }: { toasts: readonly Toast[] }) {
  return (
    <div className="grid justify-items-center">
      {toasts.map((one) =>
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
  );
}

const SHAPE = "pointer-events-auto mt-2 max-w-xl rounded-lg px-4 py-3 shadow-lg";

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
