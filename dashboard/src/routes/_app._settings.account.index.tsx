import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { accountsCompaniesOptions, accountsMeOptions } from "~/api/generated/@tanstack/react-query.gen";
import { accountsChangeEmail, accountsUpdateMe } from "~/api/generated/sdk.gen";
import { Leave } from "~/features/settings/Leave";
import { useMe } from "~/features/shell/me";
import { Field, Form, Select, Submit, text } from "~/ui/form";
import { named } from "~/ui/named";
import { Page, Part } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { common } from "~texts/common";
import { settings } from "~texts/settings";

const t = settings.profile;
const LOCALES = ["en-GB", "en-US", "en-IE", "en-CA", "en-AU", "de-DE", "fr-FR", "nl-NL"];

export const Route = createFileRoute("/_app/_settings/account/")({ component: Profile });

function Profile() {
  const me = useMe();
  const companies = useQuery(accountsCompaniesOptions());
  const queries = useQueryClient();
  if (me.error && !me.data) return <Problem error={me.error} onRetry={() => me.refetch()} />;
  if (!me.data) return <Skeleton rows={3} tall />;
  const { name, locale, email } = me.data;
  const here = companies.data?.items.find(({ current }) => current);
  const language = new Intl.DisplayNames("en", { type: "language" });
  return (
    <Page title={t.title} narrow>
      <Part title={t.name}>
        <Form
          label={t.name}
          onSend={async (values) => {
            await accountsUpdateMe({
              body: { name: text(values, "name"), locale: text(values, "locale") || undefined },
            });
            await queries.invalidateQueries({ queryKey: accountsMeOptions().queryKey });
            toast(common.saved);
          }}
        >
          <Field label={t.name} name="name" defaultValue={name} autoComplete="name" maxLength={100} />
          <Select label={t.locale} name="locale" hint={t.localeHint} defaultValue={locale ?? ""}>
            {!locale && <option value="">{t.localeNone}</option>}
            {[...new Set([...LOCALES, ...(locale ? [locale] : [])])].map((one) => (
              <option key={one} value={one}>
                {language.of(one)}
              </option>
            ))}
          </Select>
          <div>
            <Submit>{common.save}</Submit>
          </div>
        </Form>
      </Part>
      <Part title={t.email} lead={named(t.emailLead, email)}>
        <Form
          label={t.email}
          onSend={async (values) => {
            await accountsChangeEmail({ body: { email: text(values, "email") } });
            toast(t.emailSent);
          }}
        >
          <Field label={t.newEmail} name="email" type="email" autoComplete="email" maxLength={254} />
          <div>
            <Submit look="plain">{t.changeEmail}</Submit>
          </div>
        </Form>
      </Part>
      <Part title={t.company} lead={here && named(t.companyLead, here.name)}>
        <div>
          <Leave />
        </div>
      </Part>
    </Page>
  );
}
