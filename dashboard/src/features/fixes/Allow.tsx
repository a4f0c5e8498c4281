import { microsoftConnect } from "~/api/generated/sdk.gen";
import { useRoleReason } from "~/features/shell/me";
import { keep } from "~/lib/kept";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Notice } from "~/ui/states";
import { fixing as t } from "~texts/fixing";
import { RETURN } from "./preview";

/** Asks for the consent to change things, and comes back here after it. */
export function Allow({ text }: { text: string }) {
  const mayNot = useRoleReason("connection:manage");
  const [allow, allowing] = useAct(async () => {
    const { url } = (await microsoftConnect({ body: { tier: "licence_writer" } })).data;
    keep(RETURN, location.pathname + location.search);
    location.assign(url);
  });
  return (
    <Notice
      tone="warn"
      icon="key"
      title={t.consent}
      action={
        <Button look="main" onClick={allow} busy={allowing} disabledReason={mayNot}>
          {t.allow}
        </Button>
      }
    >
      {text} {t.consentLead}
    </Notice>
  );
}
