import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { membersListOptions } from "~/api/generated/@tanstack/react-query.gen";
import { useMe } from "~/features/shell/me";
import { dayAhead } from "~/lib/days";
import { Buttons } from "~/ui/buttons";
import { Dialog } from "~/ui/dialog";
import { Field, Form, Select } from "~/ui/form";
import { deciding as t } from "~texts/deciding";

interface Props {
  /** What it is about, where it is more than the page. */
  about?: ReactNode;
  onSend: (values: FormData) => Promise<unknown>;
  onClose: () => void;
}

/** Asks until when. */
export function SnoozeDialog({ about, onSend, onClose }: Props) {
  return (
    <Dialog title={t.snooze} onClose={onClose}>
      <Form label={t.snooze} onSend={onSend}>
        {about && <p>{about}</p>}
        <p>{t.snoozeLead}</p>
        <Field
          label={t.snoozeUntil}
          name="until"
          type="date"
          min={dayAhead(1)}
          max={dayAhead(365)}
          defaultValue={dayAhead(30)}
        />
        <Buttons act={t.snooze} onClose={onClose} />
      </Form>
    </Dialog>
  );
}

/** Asks why, who answers for it, and until when. */
export function AcceptDialog({ about, onSend, onClose }: Props) {
  const me = useMe();
  const members = useQuery(membersListOptions({ query: { limit: 100 } }));
  const active = members.data?.items.filter((member) => member.active) ?? [];
  return (
    <Dialog title={t.accept} onClose={onClose}>
      <Form label={t.accept} onSend={onSend}>
        {about && <p>{about}</p>}
        <p>{t.acceptLead}</p>
        <Field label={t.reason} hint={t.reasonHint} name="reason" maxLength={500} autoComplete="off" />
        {me.data && (
          <Select label={t.owner} name="owner" key={active.length} defaultValue={me.data.user}>
            {active.length === 0 && <option value={me.data.user}>{me.data.name}</option>}
            {active.map(({ user, name }) => (
              <option key={user} value={user}>
                {name}
              </option>
            ))}
          </Select>
        )}
        <Field
          label={t.expires}
          name="expires_at"
          type="date"
          min={dayAhead(1)}
          max={dayAhead(730)}
          defaultValue={dayAhead(365)}
        />
        <Buttons act={t.accept} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
