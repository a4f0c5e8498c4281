import { type ReactNode, useEffect, useId, useRef } from "react";
import { common as t } from "~texts/common";
import { Button } from "./button";
import { Icon } from "./icons";
import { Toasts } from "./toasts";

interface DialogProps {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

const shape = "border border-line bg-card text-ink";

/** The platform's modal dialog: it keeps the focus, closes on Escape and gives the focus back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  return (
    <Modal onClose={onClose} className={`${shape} m-auto w-[min(30rem,calc(100vw-2rem))] rounded-xl p-6`}>
      {(heading) => (
        <>
          <h2 id={heading} className="mb-3">
            {title}
          </h2>
          {children}
        </>
      )}
    </Modal>
  );
}

/** A dialog at the side, beside what it is about; the whole of a small screen. */
export function Sheet({ title, onClose, children }: DialogProps) {
  return (
    <Modal
      onClose={onClose}
      className={`${shape} ms-auto me-0 my-0 h-dvh max-h-none w-full max-w-none overflow-y-auto p-0 sm:w-[36rem] sm:border-y-0 sm:border-e-0`}
    >
      {(heading) => (
        <>
          <header className="sticky top-0 z-1 flex items-start justify-between gap-4 border-line border-b bg-card px-5 py-3 sm:px-6">
            <h2 id={heading} className="self-center">
              {title}
            </h2>
            <Button look="quiet" onClick={onClose}>
              <Icon name="bad" />
              {t.close}
            </Button>
          </header>
          {children}
        </>
      )}
    </Modal>
  );
}

function Modal({
  onClose,
  className,
  children,
}: Pick<DialogProps, "onClose"> & { className: string; children: (heading: string) => ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // At a second Escape Chromium closes it without asking. It stands until whoever opened it takes it away.
      onClose={({ currentTarget }) => {
        if (currentTarget.open) return;
        currentTarget.showModal();
        onClose();
      }}
      className={className}
    >
      {children(heading)}
      <Toasts inDialog />
    </dialog>
  );
}
