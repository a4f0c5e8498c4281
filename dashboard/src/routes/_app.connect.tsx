import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { microsoftStatusOptions } from "~/api/generated/@tanstack/react-query.gen";
import { microsoftConnect } from "~/api/generated/sdk.gen";
import { RETURN } from "~/features/fixes/preview";
import { useRoleReason } from "~/features/shell/me";
import { forget } from "~/lib/kept";
import { useAct } from "~/ui/act";
import { Button, ButtonLink } from "~/ui/button";
import { Icon, type IconName } from "~/ui/icons";
import { named } from "~/ui/named";
import { Page, Part } from "~/ui/page";
import { Notice } from "~/ui/states";
import { connect as t } from "~texts/connect";

export const Route = createFileRoute("/_app/connect")({ component: Connect });

/** A role of ours that may connect, for whoever is invited to do so. */
const CONNECTS = "admin";

function Connect() {
  const reason = useRoleReason("connection:manage");
  const mayNotInvite = useRoleReason("members:manage");
  const { data } = useQuery(microsoftStatusOptions());
  const [go, going] = useAct(async () => {
    const { url } = (await microsoftConnect()).data;
    // Another agreement that was begun and left is not what this one comes back to.
    forget(RETURN);
    location.assign(url);
  });
  return (
    <Page title={t.title} lead={t.lead}>
      {data?.state === "connected" && data.name && (
        <Notice tone="good" icon="check" title={named(t.connected, data.name)} />
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <List title={t.reads} items={t.readList} icon="check" tone="text-good" />
        <List title={t.never} items={t.neverList} icon="bad" tone="text-bad" />
      </div>
      <p className="max-w-prose">{t.readOnly}</p>
      <div className="grid gap-2">
        <div>
          <Button look="main" onClick={go} busy={going} disabledReason={reason}>
            {t.go}
            <Icon name="arrow" className="size-4" />
          </Button>
        </div>
        <p className="text-dim text-sm">{t.unverified}</p>
      </div>
      <details>
        <summary className="w-fit text-accent underline underline-offset-4">{t.send}</summary>
        <div className="mt-3 grid max-w-prose gap-3">
          <p>{t.sendLead}</p>
          <div>
            {mayNotInvite ? (
              <Button disabledReason={mayNotInvite}>{t.invite}</Button>
            ) : (
              <ButtonLink to="/team" search={{ role: CONNECTS }}>
                {t.invite}
              </ButtonLink>
            )}
          </div>
        </div>
      </details>
    </Page>
  );
}

function List({ title, items, icon, tone }: { title: string; items: readonly string[]; icon: IconName; tone: string }) {
  return (
    <Part title={title}>
      <ul className="grid gap-2">
        {items.map((item) => (
          <li key={item} className="flex gap-2">
            <Icon name={icon} className={`mt-0.5 size-5 ${tone}`} />
            {item}
          </li>
        ))}
      </ul>
    </Part>
  );
}
