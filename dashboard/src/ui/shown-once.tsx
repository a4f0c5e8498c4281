import { type ReactNode, useState } from "react";
import { common } from "~texts/common";
import { Button } from "./button";
import { Copyable } from "./copy";
import { Dialog } from "./dialog";

/** Something that is never shown again: Escape asks once before it takes it away. */
export function OnceDialog({
  title,
  kept,
  onClose,
  children,
}: {
  title: string;
  /** What the button says by which it is taken away. */
  kept: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const [asked, ask] = useState(false);
  return (
    <Dialog title={title} onClose={() => (asked ? onClose() : ask(true))}>
      <div className="grid gap-4">
        {children}
        {asked && (
          <p role="alert" className="font-medium text-warn">
            {common.closeAgain}
          </p>
        )}
        <div>
          <Button look="main" onClick={onClose}>
            {kept}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** A secret of ours, to be copied now. */
export function ShownOnce({
  title,
  lead,
  secret,
  onClose,
}: {
  title: string;
  lead: string;
  secret: string;
  onClose: () => void;
}) {
  return (
    <OnceDialog title={title} kept={common.kept} onClose={onClose}>
      <p>{lead}</p>
      <Copyable value={secret} label={title} />
    </OnceDialog>
  );
}
