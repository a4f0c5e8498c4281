import { useNavigate } from "@tanstack/react-router";
import { useRoleReason } from "~/features/shell/me";
import { Button } from "~/ui/button";
import { findings as t } from "~texts/findings";

/** The way out where Microsoft's reports hide names: the preview of showing them, beside the people it is about. */
export function ShowNames() {
  const navigate = useNavigate();
  const mayNot = useRoleReason("fixes:apply");
  return (
    <Button onClick={() => navigate({ to: "/people", search: { preview: true } })} disabledReason={mayNot}>
      {t.showNames}
    </Button>
  );
}
