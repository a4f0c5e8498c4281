import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { accountsCompaniesOptions, accountsMeOptions } from "~/api/generated/@tanstack/react-query.gen";
import { accountsChangeEmail, accountsUpdateMe } from "~/api/generated/sdk.gen";
import { Leave } from "~/features/settings/Leave";
import { useMe } from "~/features/shell/me";
import { keepPlace } from "~/lib/format";
import { Field, Form, Select, Submit, text } from "~/ui/form";
import { named } from "~/ui/named";
import { Page, Part } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { common } from "~texts/common";
import { settings } from "~texts/settings";

const t = settings.profile;
/** English ones, as the texts are. */
const PLACES = ["en-GB", "en-US", "en-IE", "en-CA", "en-AU", "en-NZ", "en-IN", "en-ZA"];

export const Route = createFileRoute("/_app/_settings/account/")({ component: Profile });

function Profile() {
  const me = useMe();
  const companies = useQuery(accountsCompaniesOptions());
  const queries = useQueryClient();
  if (me.error && !me.data) return <Problem error={me.error} onRetry={() => me.refetch()} />;
  if (!me.data) return <Skeleton rows={3} tall />;
  const { name, email } = me.data;
  const place = me.data.locale?.startsWith("en") ? me.data.locale : "";
  const here = companies.data?.items.find(({ current }) => current);
  const language = new Intl.DisplayNames("en", { type: "language" });
  return (
    <Page title={t.title} narrow>
      <Part title={t.name}>
        <Form
          label={t.name}
          onSend={async (values) => {
            const locale = text(values, "locale") || undefined;
            await accountsUpdateMe({ body: { name: text(values, "name"), locale } });
            if (locale && keepPlace(locale)) return location.reload();
            await queries.invalidateQueries({ queryKey: accountsMeOptions().queryKey });
            toast(common.saved);
          }}
        >
          <Field label={t.name} name="name" defaultValue={name} autoComplete="name" maxLength={100} />
          <Select label={t.locale} name="locale" hint={t.localeHint} defaultValue={place}>
            {!place && <option value="">{t.localeNone}</option>}
            {[...new Set([...PLACES, ...(place ? [place] : [])])].map((one) => (
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
