import type { ReactNode } from "react";
import { common as t } from "~texts/common";
import { Button } from "./button";
import { Submit } from "./form";

/** What a form in a dialog ends with: its act, the way back, and what else can be done. */
export function Buttons({
  act,
  look = "main",
  onClose,
  children,
}: {
  act: string;
  look?: "main" | "danger";
  onClose: () => void;
  children?: ReactNode;
}) {
  return (
    <div className="flex flex-wrap gap-2">
      <Submit look={look}>{act}</Submit>
      <Button onClick={onClose}>{t.cancel}</Button>
      {children}
    </div>
  );
}
