import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import {
  accountsFactorsOptions,
  accountsMeOptions,
  accountsWorkAccountsOptions,
} from "~/api/generated/@tanstack/react-query.gen";
import {
  accountsAddPasskey,
  accountsBeginTotp,
  accountsChangePassword,
  accountsConfirmTotp,
  accountsLinkMicrosoft,
  accountsRemovePasskey,
  accountsRemoveTotp,
  accountsRenewRecoveryCodes,
  accountsUnlinkMicrosoft,
} from "~/api/generated/sdk.gen";
import type { OwnFactors, TotpBegun } from "~/api/generated/types.gen";
import { NewPassword } from "~/features/auth/NewPassword";
import { RecoveryCodes } from "~/features/settings/RecoveryCodes";
import { useMe } from "~/features/shell/me";
import { ago, day } from "~/lib/format";
import { makePasskey, passkeysWork } from "~/lib/passkey";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Copyable } from "~/ui/copy";
import { Field, Form, Submit, text } from "~/ui/form";
import { Page, Part } from "~/ui/page";
import { QrCode } from "~/ui/qr-code";
import { Problem, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { settings } from "~texts/settings";

const t = settings.security;

export const Route = createFileRoute("/_app/_settings/account/security")({ component: Security });

function Security() {
  const factors = useQuery(accountsFactorsOptions());
  const queries = useQueryClient();
  const [codes, setCodes] = useState<readonly string[]>();
  const changed = async (fresh?: readonly string[]) => {
    if (fresh?.length) setCodes(fresh);
    await Promise.all(
      [accountsFactorsOptions(), accountsMeOptions()].map(({ queryKey }) => queries.invalidateQueries({ queryKey })),
    );
  };
  return (
    <Page title={t.title} narrow>
      {factors.error && <Problem error={factors.error} onRetry={() => factors.refetch()} />}
      <Password />
      {factors.isPending && !factors.error && <Skeleton rows={3} tall />}
      {factors.data && (
        <>
          <Passkeys factors={factors.data} onChange={changed} />
          <App factors={factors.data} onChange={changed} />
          <Codes factors={factors.data} onChange={changed} />
        </>
      )}
      <Microsoft />
      {codes && <RecoveryCodes codes={codes} onKept={() => setCodes(undefined)} />}
    </Page>
  );
}

interface Props {
  factors: OwnFactors;
  onChange: (codes?: readonly string[]) => Promise<void>;
}

function Password() {
  const me = useMe();
  const [changes, setChanges] = useState(0);
  if (me.data && !me.data.has_password) return <Part title={t.password} lead={t.noPassword} />;
  return (
    <Part title={t.password} lead={t.passwordLead}>
      <Form
        key={changes}
        label={t.password}
        onSend={async (values) => {
          await accountsChangePassword({ body: { password: String(values.get("password")) } });
          toast(t.passwordChanged);
          setChanges(changes + 1);
        }}
      >
        <NewPassword />
        <div>
          <Submit look="plain">{t.changePassword}</Submit>
        </div>
      </Form>
    </Part>
  );
}

function Passkeys({ factors, onChange }: Props) {
  const [remove, removing] = useAct(async (passkey: string) => {
    await accountsRemovePasskey({ path: { passkey } });
    toast(t.removed);
    await onChange();
  });
  return (
    <Part title={t.passkeys} lead={t.passkeysLead}>
      <ul className="grid gap-3 empty:hidden">
        {factors.passkeys.map(({ passkey, name, added_at, last_used_at }) => (
          <li key={passkey} className="flex flex-wrap items-center justify-between gap-3">
            <span>
              <bdi className="font-semibold">{name}</bdi>
              <span className="block text-dim text-sm">
                {t.added(day(added_at))}, {last_used_at ? t.used(ago(last_used_at)) : t.neverUsed}
              </span>
            </span>
            <Button onClick={() => remove(passkey)} busy={removing} aria-label={`${t.remove}: ${name}`}>
              {t.remove}
            </Button>
          </li>
        ))}
      </ul>
      {passkeysWork() ? (
        <Form
          label={t.addPasskey}
          onSend={async (values) => {
            const made = await makePasskey();
            if (!made) return;
            const { data } = await accountsAddPasskey({ body: { ...made, name: text(values, "name") } });
            await onChange(data.recovery_codes);
          }}
        >
          <Field label={t.passkeyName} name="name" hint={t.passkeyNameHint} maxLength={50} autoComplete="off" />
          <div>
            <Submit look="plain">{t.addPasskey}</Submit>
          </div>
        </Form>
      ) : (
        <p className="text-dim">{t.passkeysCannot}</p>
      )}
    </Part>
  );
}

function App({ factors, onChange }: Props) {
  const [begun, setBegun] = useState<TotpBegun>();
  const [begin, beginning] = useAct(async () => setBegun((await accountsBeginTotp()).data));
  const [remove, removing] = useAct(async () => {
    await accountsRemoveTotp();
    toast(t.removed);
    await onChange();
  });
  if (factors.totp) {
    return (
      <Part title={t.app} lead={t.appSince(day(factors.totp.added_at))}>
        <div>
          <Button onClick={remove} busy={removing}>
            {t.removeApp}
          </Button>
        </div>
      </Part>
    );
  }
  return (
    <Part title={t.app} lead={t.appLead}>
      {begun ? (
        <Form
          label={t.app}
          onSend={async (values) => {
            const { data } = await accountsConfirmTotp({ body: { setup: begun.setup, code: text(values, "code") } });
            setBegun(undefined);
            await onChange(data.recovery_codes);
          }}
        >
          <p>{t.scan}</p>
          <QrCode value={begun.url} label={t.qr} />
          <Copyable value={begun.secret} label={t.key} />
          <Field label={t.code} name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={8} />
          <div>
            <Submit>{t.confirmApp}</Submit>
          </div>
        </Form>
      ) : (
        <div>
          <Button onClick={begin} busy={beginning}>
            {t.setUpApp}
          </Button>
        </div>
      )}
    </Part>
  );
}

function Codes({ factors, onChange }: Props) {
  const [renew, renewing] = useAct(async () => onChange((await accountsRenewRecoveryCodes()).data.recovery_codes));
  if (!factors.totp && factors.passkeys.length === 0) return null;
  return (
    <Part title={t.codes} lead={t.codesLead}>
      <p>
        {t.codesLeft(factors.recovery_codes_left)}{" "}
        {factors.recovery_codes_low && <strong className="text-warn">{t.codesLow}</strong>}
      </p>
      <div>
        <Button onClick={renew} busy={renewing} title={t.newCodesHint}>
          {t.newCodes}
        </Button>
      </div>
    </Part>
  );
}

function Microsoft() {
  const accounts = useQuery(accountsWorkAccountsOptions());
  const [link, linking] = useAct(async () => location.assign((await accountsLinkMicrosoft()).data.url));
  const [unlink, unlinking] = useAct(async (directory: string) => {
    await accountsUnlinkMicrosoft({ path: { directory } });
    toast(t.removed);
    await accounts.refetch();
  });
  return (
    <Part title={t.microsoft} lead={t.microsoftLead}>
      {accounts.error && <Problem error={accounts.error} onRetry={() => accounts.refetch()} />}
      <ul className="grid gap-3 empty:hidden">
        {accounts.data?.items.map(({ directory, since }) => (
          <li key={directory} className="flex flex-wrap items-center justify-between gap-3">
            <span>
              <code className="break-all text-sm">{directory}</code>
              <span className="block text-dim text-sm">{t.linkedSince(day(since))}</span>
            </span>
            <Button onClick={() => unlink(directory)} busy={unlinking}>
              {t.unlink}
            </Button>
          </li>
        ))}
      </ul>
      <div>
        <Button onClick={link} busy={linking}>
          {t.link}
        </Button>
      </div>
    </Part>
  );
}
