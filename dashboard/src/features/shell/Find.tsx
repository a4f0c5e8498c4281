import { type ComponentType, useCallback, useEffect, useState } from "react";
import { Button } from "~/ui/button";
import { toastError } from "~/ui/toast";
import { shell as t } from "~texts/shell";

const KEYS = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘ K" : "Ctrl K";

/** Ctrl or ⌘ with K, and a button for those who do not know it: pages and acts by their names. Its code comes at its first use. */
export function Find() {
  const [Palette, load] = useState<ComponentType<{ onClose: () => void }>>();
  const [open, setOpen] = useState(false);
  const find = useCallback(() => {
    setOpen(true);
    import("./Palette").then(({ Palette }) => load(() => Palette)).catch(toastError);
  }, []);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const asked =
        event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
      // What another dialog asks is answered first.
      if (!asked || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      find();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [find]);
  return (
    <>
      <Button className="max-lg:hidden lg:justify-between" aria-keyshortcuts="Control+K Meta+K" onClick={find}>
        {t.find.open}
        <span aria-hidden="true" className="text-dim text-xs">
          {KEYS}
        </span>
      </Button>
      {open && Palette && <Palette onClose={() => setOpen(false)} />}
    </>
  );
}
