import type { ReactNode } from "react";
import { Buttons } from "~/ui/buttons";
import { Dialog } from "~/ui/dialog";
import { Form } from "~/ui/form";

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
        <Buttons act={act} look="danger" onClose={onClose} />
      </Form>
    </Dialog>
  );
}
