import { createFileRoute } from "@tanstack/react-router";
import { useRef } from "react";
import { accountsCreateCompany, accountsSwitchCompany } from "~/api/generated/sdk.gen";
import { startAnew } from "~/api/session";
import { CurrencyChoice, currencyOf } from "~/features/auth/CurrencyChoice";
import { Field, Form, Submit, text } from "~/ui/form";
import { Page } from "~/ui/page";
import { company } from "~texts/company";

const t = company.another;

export const Route = createFileRoute("/_app/new-company")({ component: NewCompany });

function NewCompany() {
  const sent = useRef({ asked: "", key: "" });
  const create = async (values: FormData) => {
    const body = { company: text(values, "company"), currency: currencyOf(values) };
    const asked = JSON.stringify(body);
    // The same once more is the same company: the answer to the first may have been lost.
    if (sent.current.asked !== asked) sent.current = { asked, key: crypto.randomUUID() };
    const { tenant } = (await accountsCreateCompany({ headers: { "Idempotency-Key": sent.current.key }, body })).data;
    startAnew((await accountsSwitchCompany({ path: { tenant } })).data, "/connect");
  };
  return (
    <Page title={t.title} lead={t.lead} narrow>
      <Form label={t.title} onSend={create}>
        <Field label={t.name} name="company" hint={t.nameHint} autoComplete="organization" maxLength={100} />
        <CurrencyChoice />
        <Submit>{t.go}</Submit>
      </Form>
    </Page>
  );
}
