import type { ReactNode } from "react";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Form, Submit } from "~/ui/form";
import { common } from "~texts/common";

/** Asks before something that is hard to take back. The button says what is done. */
export function Confirm({
  title,
  lead,
  act,
  onAct,
  onClose,
}: {
  title: ReactNode;
  lead: ReactNode;
  act: string;
  onAct: () => Promise<unknown>;
  onClose: () => void;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        label={act}
        onSend={async () => {
          await onAct();
          onClose();
        }}
      >
        <p>{lead}</p>
        <div className="flex flex-wrap gap-2">
          <Submit look="danger">{act}</Submit>
          <Button onClick={onClose}>{common.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  );
}
