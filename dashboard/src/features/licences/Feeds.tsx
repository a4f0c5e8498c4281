import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { insightsFeedsOptions } from "~/api/generated/@tanstack/react-query.gen";
import { insightsCreateFeed, insightsRevokeFeed } from "~/api/generated/sdk.gen";
import type { FeedView } from "~/api/generated/types.gen";
import { Confirm } from "~/features/settings/Confirm";
import { useCan, useRoleReason } from "~/features/shell/me";
import { day } from "~/lib/format";
import { Button } from "~/ui/button";
import { Buttons } from "~/ui/buttons";
import { Dialog } from "~/ui/dialog";
import { Field, Form, text } from "~/ui/form";
import { named } from "~/ui/named";
import { Part } from "~/ui/page";
import { ShownOnce } from "~/ui/shown-once";
import { Problem, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { licences as t } from "~texts/licences";

/** Secret addresses a calendar subscribes to. */
export function Feeds() {
  const mayNot = useRoleReason("data:export", true);
  const feeds = useQuery({ ...insightsFeedsOptions(), enabled: useCan("data:export") });
  const [making, make] = useState(false);
  const [address, setAddress] = useState<string>();
  const [revoking, revoke] = useState<FeedView>();
  return (
    <Part
      title={t.feeds}
      lead={t.feedsLead}
      actions={
        <Button onClick={() => make(true)} disabledReason={mayNot}>
          {t.feedMake}
        </Button>
      }
    >
      {mayNot && <p className="text-dim">{mayNot}</p>}
      {feeds.error && <Problem error={feeds.error} onRetry={() => feeds.refetch()} />}
      {feeds.isLoading && <Skeleton rows={1} />}
      {feeds.data?.items.length === 0 && <p className="text-dim">{t.feedsNone}</p>}
      {feeds.data && feeds.data.items.length > 0 && (
        <ul className="grid">
          {feeds.data.items.map((feed) => (
            <li
              key={feed.feed}
              className="flex flex-wrap items-center justify-between gap-3 border-line border-b py-2 last:border-0"
            >
              <span>
                <bdi className="font-medium">{feed.name}</bdi>
                <span className="block text-dim text-sm">{t.feedSince(day(feed.created_at))}</span>
              </span>
              <Button look="danger" onClick={() => revoke(feed)} aria-label={`${t.revoke}: ${feed.name}`}>
                {t.revoke}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {making && (
        <Dialog title={t.feedMake} onClose={() => make(false)}>
          <Form
            label={t.feedMake}
            onSend={async (values) => {
              const made = await insightsCreateFeed({ body: { name: text(values, "name") } });
              make(false);
              setAddress(made.data.address);
              await feeds.refetch();
            }}
          >
            <Field label={t.feedName} hint={t.feedNameHint} name="name" maxLength={100} autoComplete="off" />
            <Buttons act={t.feedMake} onClose={() => make(false)} />
          </Form>
        </Dialog>
      )}
      {address && (
        <ShownOnce
          title={t.feedSecret}
          lead={t.feedSecretLead}
          secret={address}
          onClose={() => setAddress(undefined)}
        />
      )}
      {revoking && (
        <Confirm
          title={named(t.revokeTitle, revoking.name)}
          lead={t.revokeLead}
          act={t.revoke}
          onClose={() => revoke(undefined)}
          onAct={async () => {
            await insightsRevokeFeed({ path: { feed: revoking.feed } });
            toast(t.revoked);
            await feeds.refetch();
          }}
        />
      )}
    </Part>
  );
}
