import { useState } from "react";
import { numbersFollow } from "~/api/changed";
import { findingsRemovePrice, findingsSetPrice } from "~/api/generated/sdk.gen";
import type { EffectivePrice, PriceView, Term } from "~/api/generated/types.gen";
import { useRoleReason } from "~/features/shell/me";
import { day, money } from "~/lib/format";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Buttons } from "~/ui/buttons";
import { Field, Form, Select, text } from "~/ui/form";
import { toast } from "~/ui/toast";
import { common } from "~texts/common";
import { licences as t } from "~texts/licences";
import { change, type Prices } from "./prices";

/** What a licence costs and where the number is from; who may, changes it in its place. */
export function Price({ row, prices }: { row: PriceView; prices: Prices }) {
  const [editing, edit] = useState(false);
  const mayNot = useRoleReason("checks:manage");
  if (editing) return <Editor row={row} prices={prices} onClose={() => edit(false)} />;
  const name = row.product ?? row.part_number;
  const { price } = row;
  const button = (
    <Button
      look={price ? "quiet" : "plain"}
      onClick={() => edit(true)}
      disabledReason={mayNot}
      aria-label={price ? t.changeOf(name) : t.tellOf(name)}
    >
      {price ? t.change : t.tell}
    </Button>
  );
  if (!price) {
    return (
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1 sm:justify-end">
        <span className="text-warn">{t.unknownPrice}</span>
        {button}
      </span>
    );
  }
  return (
    <>
      <span className="flex items-center gap-x-1 sm:-mt-1.5 sm:justify-end">
        {money(price.monthly)}
        {button}
      </span>
      <span className="block text-dim text-xs">
        {basis(price)}
        {row.own?.note && (
          <>
            : <bdi>{row.own.note}</bdi>
          </>
        )}
      </span>
      {t.doubt(price.confidence) && <span className="block text-warn text-xs">{t.doubt(price.confidence)}</span>}
    </>
  );
}

const basis = ({ basis, as_of }: EffectivePrice): string => t.basis(basis, day(as_of));

function Editor({ row, prices, onClose }: { row: PriceView; prices: Prices; onClose: () => void }) {
  const { sku, own, list } = row;
  const { currency } = prices.value;
  const headers = { "If-Match": prices.version };
  const done = async (told: string) => {
    onClose();
    toast(told);
    await numbersFollow();
  };
  const save = async (values: FormData) => {
    const amount = text(values, "amount_minor");
    const body = {
      ...(amount && { amount_minor: Math.round(Number(amount) * 100) }),
      term: (text(values, "term") || null) as Term | null,
      note: text(values, "note") || null,
    };
    await change(() => findingsSetPrice({ path: { sku }, headers, body }));
    await done(t.set);
  };
  const [remove, removing] = useAct(async () => {
    await change(() => findingsRemovePrice({ path: { sku }, headers }));
    await done(t.removed);
  });
  return (
    <Form
      label={t.changeOf(row.product ?? row.part_number)}
      onSend={save}
      className="grid w-full gap-3 py-1 text-start sm:w-60"
    >
      <Field
        label={t.amount(currency)}
        hint={list ? t.amountOrList : t.amountHint}
        name="amount_minor"
        type="number"
        inputMode="decimal"
        min={0}
        max={100_000}
        step={0.01}
        required={!list}
        autoComplete="off"
        autoFocus
        defaultValue={own?.amount ? own.amount.amount_minor / 100 : undefined}
      />
      <Select label={t.term} name="term" defaultValue={own?.term ?? ""}>
        <option value="">{t.termUnknown}</option>
        {t.terms.map((term) => (
          <option key={term} value={term}>
            {t.termOf(term)}
          </option>
        ))}
      </Select>
      <Field
        label={t.note}
        hint={t.noteHint}
        name="note"
        required={false}
        maxLength={100}
        autoComplete="off"
        defaultValue={own?.note ?? undefined}
      />
      <Buttons act={common.save} onClose={onClose}>
        {own && (
          <Button look="quiet" onClick={remove} busy={removing}>
            {t.useList}
          </Button>
        )}
      </Buttons>
    </Form>
  );
}
