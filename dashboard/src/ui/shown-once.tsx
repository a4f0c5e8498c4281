import { common } from "~texts/common";
import { Button } from "./button";
import { Copyable } from "./copy";
import { Dialog } from "./dialog";

/** A secret of ours, to be copied now: it is never shown again. */
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
    <Dialog title={title} onClose={onClose}>
      <div className="grid gap-4">
        <p>{lead}</p>
        <Copyable value={secret} label={title} />
        <div>
          <Button look="main" onClick={onClose}>
            {common.kept}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
