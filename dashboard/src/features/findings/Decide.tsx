import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { findingsExceptionsOptions } from "~/api/generated/@tanstack/react-query.gen";
import { findingsEndException, findingsWake } from "~/api/generated/sdk.gen";
import type { ExceptionView, FindingDetail } from "~/api/generated/types.gen";
import { useNames, useRoleReason } from "~/features/shell/me";
import { day } from "~/lib/format";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { named } from "~/ui/named";
import { Part } from "~/ui/page";
import { Notice } from "~/ui/states";
import { deciding as t } from "~texts/deciding";
import { AskDialog } from "./AskDialog";
import { AcceptDialog, SnoozeDialog } from "./DecideDialogs";
import { accept, snooze } from "./decide";
import { follow } from "./follow";

/** Putting a finding off, accepting it, asking a manager. */
export function Decide({ detail }: { detail: FindingDetail }) {
  const { finding, people } = detail;
  const mayNot = useRoleReason("findings:manage");
  const [asking, ask] = useState<"snooze" | "accept" | "ask">();
  const close = () => ask(undefined);
  return (
    <Part title={t.title} lead={t.lead}>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => ask("snooze")} disabledReason={mayNot}>
          {t.snooze}
        </Button>
        <Button onClick={() => ask("accept")} disabledReason={mayNot}>
          {t.accept}
        </Button>
        {people > 0 && (
          <Button onClick={() => ask("ask")} disabledReason={mayNot}>
            {t.ask}
          </Button>
        )}
      </div>
      {asking === "snooze" && (
        <SnoozeDialog
          onClose={close}
          onSend={async (values) => {
            const { until } = (await snooze(finding, values)).data;
            close();
            await follow(t.snoozed(day(until)));
          }}
        />
      )}
      {asking === "accept" && (
        <AcceptDialog
          onClose={close}
          onSend={async (values) => {
            await accept(finding, values);
            close();
            await follow(t.accepted);
          }}
        />
      )}
      {asking === "ask" && <AskDialog finding={finding} onClose={close} onAsked={follow} />}
    </Part>
  );
}

/** What was decided about a finding, and how to take that back. */
export function Decided({ detail: { finding, state, snoozed_until } }: { detail: FindingDetail }) {
  const mayNot = useRoleReason("findings:manage");
  const exceptions = useQuery(findingsExceptionsOptions({ query: { finding } }));
  const [wake, waking] = useAct(async () => {
    await findingsWake({ path: { finding } });
    await follow(t.woken);
  });
  return (
    <>
      {snoozed_until && (
        <Notice
          icon="activity"
          title={t.snoozed(day(snoozed_until))}
          action={
            <Button onClick={wake} busy={waking} disabledReason={mayNot}>
              {t.wake}
            </Button>
          }
        />
      )}
      {exceptions.data?.items.map((exception) => (
        <Accepted
          key={exception.exception}
          exception={exception}
          title={state === "partly_accepted" ? t.isPartly : t.isAccepted}
          onEnded={() => follow(t.ended)}
        />
      ))}
    </>
  );
}

function Accepted({
  exception: { exception, etag, reason, owner, created_at, expires_at, person },
  title,
  onEnded,
}: {
  exception: ExceptionView;
  title: string;
  onEnded: () => Promise<unknown>;
}) {
  const mayNot = useRoleReason("findings:manage");
  const names = useNames();
  const until = expires_at ? day(expires_at) : undefined;
  const [end, ending] = useAct(async () => {
    await findingsEndException({ path: { exception }, headers: { "If-Match": etag } });
    await onEnded();
  });
  return (
    <Notice
      icon="check"
      title={t.since(title, day(created_at))}
      action={
        <Button onClick={end} busy={ending} disabledReason={mayNot}>
          {t.end}
        </Button>
      }
    >
      {person && `${t.onePerson} `}
      {named((reason, owner) => t.exception(reason, owner, until), reason, names.get(owner) ?? t.somebody)}
    </Notice>
  );
}
