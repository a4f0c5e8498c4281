import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { findingsChecksOptions, findingsLicensesOptions } from "~/api/generated/@tanstack/react-query.gen";
import { findingsSetSettings, findingsSettings } from "~/api/generated/sdk.gen";
import type { CheckView, Evaluated, Exclusions, Settings } from "~/api/generated/types.gen";
import { type Save, useEdited } from "~/api/versioned";
import { PeoplePicker } from "~/features/people/PeoplePicker";
import { Unsaved } from "~/features/settings/Unsaved";
import { Allowed } from "~/features/shell/Allowed";
import { useRoleReason } from "~/features/shell/me";
import { Check, Field, Form, Submit, text } from "~/ui/form";
import { Page, Part } from "~/ui/page";
import { Notice, Problem, Skeleton, Status } from "~/ui/states";
import { toast } from "~/ui/toast";
import { company } from "~texts/company";

const t = company.checks;

export const Route = createFileRoute("/_app/_settings/settings/checks")({
  component: () => (
    <Allowed to="findings:read" title={t.title}>
      <Checks />
    </Allowed>
  ),
});

function Checks() {
  const { newest, shown, typed, touch, save } = useEdited(["check-settings"], () => findingsSettings());
  const mayNot = useRoleReason("checks:manage");
  return (
    <Page title={t.title} lead={t.lead} narrow>
      {newest.error && <Problem error={newest.error} onRetry={() => newest.refetch()} />}
      {newest.isPending && !newest.error && <Skeleton rows={4} tall />}
      {mayNot && <Notice title={mayNot} />}
      {shown && <Editor key={shown.version} settings={shown.value} mayEdit={!mayNot} onType={touch} onSave={save} />}
      <Unsaved typed={typed} />
      <Catalogue />
    </Page>
  );
}

const LISTS = ["service_accounts", "break_glass", "vips"] as const satisfies readonly (keyof Exclusions)[];

type Whole = Required<Settings>;

const lists = ({ service_accounts = [], break_glass = [], vips = [] }: Exclusions = {}): Exclusions => ({
  service_accounts,
  break_glass,
  vips,
});

/** Settings as the form says them. */
const formOf = (settings: Settings): Whole => ({
  review_after_days: Number(settings.review_after_days),
  reclaim_after_days: Number(settings.reclaim_after_days),
  grace_days: Number(settings.grace_days),
  disabled_grace_days: Number(settings.disabled_grace_days),
  seat_slack_min: Number(settings.seat_slack_min),
  seat_slack_percent: Number(settings.seat_slack_percent),
  confirm_above_people: Number(settings.confirm_above_people),
  exclusions: lists(settings.exclusions),
  ignored_skus: settings.ignored_skus ?? [],
  free_skus: settings.free_skus ?? [],
});

function Editor({
  settings,
  mayEdit,
  onType,
  onSave,
}: {
  settings: Settings;
  mayEdit: boolean;
  onType: () => void;
  onSave: Save<Settings>;
}) {
  const [exclusions, exclude] = useState<Exclusions>(settings.exclusions ?? {});
  const save = async (values: FormData) => {
    const number = (name: keyof Settings) => Number(text(values, name));
    const skus = (name: keyof Settings) => values.getAll(name).map(String);
    const mine: Whole = {
      review_after_days: number("review_after_days"),
      reclaim_after_days: number("reclaim_after_days"),
      grace_days: number("grace_days"),
      disabled_grace_days: number("disabled_grace_days"),
      seat_slack_min: number("seat_slack_min"),
      seat_slack_percent: number("seat_slack_percent"),
      confirm_above_people: number("confirm_above_people"),
      exclusions: lists(exclusions),
      ignored_skus: skus("ignored_skus"),
      free_skus: skus("free_skus"),
    };
    await onSave(mine, formOf, (body, version) => findingsSetSettings({ body, headers: { "If-Match": version } }));
    toast(t.saved);
  };
  const amount = (name: keyof Settings, label: string, min: number, max: number, hint?: string) => (
    <Field
      label={label}
      hint={hint}
      name={name}
      type="number"
      inputMode="numeric"
      min={min}
      max={max}
      defaultValue={Number(settings[name])}
    />
  );
  return (
    <Form label={t.title} onSend={save}>
      <fieldset disabled={!mayEdit} onChange={onType} className="grid gap-6">
        <Part title={t.unused} lead={t.unusedLead}>
          {amount("review_after_days", t.review, 30, 730)}
          {amount("reclaim_after_days", t.reclaim, 30, 730)}
          {amount("grace_days", t.grace, 7, 365)}
        </Part>
        <Part title={t.left} lead={t.leftLead}>
          {amount("disabled_grace_days", t.disabled, 7, 365, t.disabledHint)}
        </Part>
        <Part title={t.slack} lead={t.slackLead}>
          {amount("seat_slack_min", t.slackMin, 0, 1000)}
          {amount("seat_slack_percent", t.slackPercent, 0, 100)}
        </Part>
        <Part title={t.safety} lead={t.safetyLead}>
          {amount("confirm_above_people", t.confirm, 1, 1000)}
        </Part>
        <Part title={t.people} lead={t.peopleLead}>
          {LISTS.map((list) => (
            <PeoplePicker
              key={list}
              label={t.lists[list]}
              chosen={exclusions[list] ?? []}
              onChange={(chosen) => {
                onType();
                exclude({ ...exclusions, [list]: chosen });
              }}
              mayEdit={mayEdit}
            />
          ))}
        </Part>
        <Part title={t.types}>
          <Types name="ignored_skus" label={t.ignored} chosen={settings.ignored_skus ?? []} />
          <Types name="free_skus" label={t.free} hint={t.freeHint} chosen={settings.free_skus ?? []} />
        </Part>
        {mayEdit && (
          <div>
            <Submit>{t.save}</Submit>
          </div>
        )}
      </fieldset>
    </Form>
  );
}

/** Licence types to choose from. One that is chosen and no longer bought stays in the list by its number. */
function Types({
  name,
  label,
  hint,
  chosen,
}: {
  name: "ignored_skus" | "free_skus";
  label: string;
  hint?: string;
  chosen: readonly string[];
}) {
  const { data } = useQuery(findingsLicensesOptions());
  const bought = data?.items.map(({ sku, product, part_number }) => ({ sku, name: product ?? part_number })) ?? [];
  const others = chosen.filter((sku) => !bought.some((one) => one.sku === sku)).map((sku) => ({ sku, name: sku }));
  return (
    <details>
      <summary>
        {label}: {t.chosen(chosen.length)}
      </summary>
      <fieldset className="mt-2">
        <legend className="text-dim text-sm">{hint ?? label}</legend>
        {[...bought, ...others].map((one) => (
          <Check key={one.sku} name={name} value={one.sku} label={one.name} defaultChecked={chosen.includes(one.sku)} />
        ))}
      </fieldset>
    </details>
  );
}

const tones = {
  not_yet: "quiet",
  fully: "good",
  weaker: "warn",
  partly: "warn",
  not: "warn",
} as const satisfies Record<Evaluated, string>;

function Catalogue() {
  const checks = useQuery(findingsChecksOptions());
  if (checks.error) return <Problem error={checks.error} onRetry={() => checks.refetch()} />;
  if (!checks.data) return <Skeleton rows={6} />;
  return (
    <Part title={t.catalogue} lead={t.catalogueLead(checks.data.items.length)}>
      <ul className="grid">
        {checks.data.items.map((check) => (
          <li key={check.check} className="border-line border-b py-2 last:border-0">
            <One check={check} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

function One({ check }: { check: CheckView }) {
  const said = [
    [t.why, check.why_it_matters],
    [t.changes, check.what_changes],
    [t.notice, check.what_people_notice],
    [t.undo, check.undo],
    [t.technical, check.technical_detail],
  ] as const;
  return (
    <details>
      <summary className="py-1">
        <span className="font-medium">{check.title}</span>{" "}
        <span className="text-sm">
          <Status tone={tones[check.evaluated]}>{t.evaluated(check.evaluated)}</Status>
        </span>
      </summary>
      {check.detail && <p className="mt-2">{check.detail}</p>}
      <dl className="mt-2 grid gap-2 text-sm">
        {said.map(([term, description]) => (
          <div key={term}>
            <dt className="text-dim">{term}</dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
