import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { findingsPeopleOptions, membersListOptions } from "~/api/generated/@tanstack/react-query.gen";
import { findingsAttest } from "~/api/generated/sdk.gen";
import type { AttestedPerson, FindingId, PersonId } from "~/api/generated/types.gen";
import { Button } from "~/ui/button";
import { Buttons } from "~/ui/buttons";
import { Dialog } from "~/ui/dialog";
import { Check, Field, Form, Select, text } from "~/ui/form";
import { Problem, Skeleton } from "~/ui/states";
import { common } from "~texts/common";
import { deciding as t } from "~texts/deciding";

/** The most the API asks about at a time. */
const MOST = 20;

interface Props {
  finding: FindingId;
  onAsked: (told: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks managers whether licences are still needed, and says of each person what came of it. */
export function AskDialog({ finding, onAsked, onClose }: Props) {
  const people = useQuery(findingsPeopleOptions({ path: { finding }, query: { limit: 100 } }));
  const members = useQuery(membersListOptions({ query: { limit: 100 } }));
  const [came, setCame] = useState<AttestedPerson[]>();
  const names = new Map(people.data?.items.map(({ person, name }) => [person, name]));
  const send = async (values: FormData) => {
    const chosen = values.getAll("people").map(String) as PersonId[];
    const body = {
      people: chosen,
      deadline_days: Number(text(values, "deadline_days")),
      to: text(values, "to") || null,
    };
    const { items } = (await findingsAttest({ path: { finding }, body })).data;
    setCame(items);
    await onAsked(t.asked(items.filter(({ outcome }) => outcome === "asked").length));
  };
  return (
    <Dialog title={t.ask} onClose={onClose}>
      {people.error && <Problem error={people.error} onRetry={() => people.refetch()} />}
      {people.isPending && !people.error && <Skeleton rows={3} />}
      {came ? (
        <div className="grid gap-4">
          <ul className="grid gap-1">
            {came.map(({ person, outcome, manager }) => (
              <li key={person}>
                <bdi>{names.get(person) ?? person}</bdi>: {t.outcomes[outcome]}
                {manager && (
                  <>
                    {" "}
                    (<bdi>{manager}</bdi>)
                  </>
                )}
              </li>
            ))}
          </ul>
          <div>
            <Button onClick={onClose}>{common.close}</Button>
          </div>
        </div>
      ) : (
        people.data && (
          <Form label={t.ask} onSend={send}>
            <p>{t.askLead}</p>
            <fieldset className="grid max-h-60 overflow-y-auto">
              <legend className="font-medium">{t.askWhom}</legend>
              {people.data.items.map(({ person, name }, at) => (
                <Check key={person} name="people" value={person} label={<bdi>{name}</bdi>} defaultChecked={at < MOST} />
              ))}
            </fieldset>
            <p className="text-dim text-sm">{t.askMost(MOST)}</p>
            <Field label={t.days} name="deadline_days" type="number" min={3} max={60} defaultValue={14} />
            <Select label={t.askTo} name="to">
              <option value="">{t.askTheir}</option>
              {members.data?.items
                .filter((member) => member.active)
                .map(({ user, email, name }) => (
                  <option key={user} value={email}>
                    {name}
                  </option>
                ))}
            </Select>
            <Buttons act={t.ask} onClose={onClose} />
          </Form>
        )
      )}
    </Dialog>
  );
}
