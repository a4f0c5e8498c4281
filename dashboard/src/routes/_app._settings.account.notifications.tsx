import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { accountsMeOptions } from "~/api/generated/@tanstack/react-query.gen";
import { accountsUpdateMe } from "~/api/generated/sdk.gen";
import type { Notifications } from "~/api/generated/types.gen";
import { useMe } from "~/features/shell/me";
import { Check } from "~/ui/form";
import { named } from "~/ui/named";
import { Page, Part } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { toastError } from "~/ui/toast";
import { settings } from "~texts/settings";

const t = settings.notifications;
const SORTS = Object.keys(t.sorts) as (keyof Notifications)[];
const CHOOSING = ["choose-mails"];

export const Route = createFileRoute("/_app/_settings/account/notifications")({ component: Mails });

/** Which mails one gets. A choice shows at once; what is refused shows again as it was. */
function Mails() {
  const me = useMe();
  const queries = useQueryClient();
  const { queryKey } = accountsMeOptions();
  const choose = useMutation({
    mutationKey: CHOOSING,
    // Each says all of them, so the last one has to arrive last.
    scope: { id: "choose-mails" },
    mutationFn: (notifications: Notifications) => accountsUpdateMe({ body: { notifications } }),
    onMutate: async (notifications) => {
      await queries.cancelQueries({ queryKey });
      queries.setQueryData(queryKey, (before) => before && { ...before, notifications });
    },
    onError: toastError,
    // Not between two choices, where the answer would be of before the second.
    onSettled: () =>
      queries.isMutating({ mutationKey: CHOOSING }) === 1 ? queries.invalidateQueries({ queryKey }) : undefined,
  });
  if (me.error && !me.data) return <Problem error={me.error} onRetry={() => me.refetch()} />;
  if (!me.data) return <Skeleton rows={3} tall />;
  const { notifications, email } = me.data;
  return (
    <Page title={t.title} lead={named(t.lead, email)} narrow>
      <Part title={t.chosen}>
        <fieldset className="grid gap-1">
          <legend className="sr-only">{t.chosen}</legend>
          {SORTS.map((sort) => (
            <Check
              key={sort}
              name={sort}
              {...t.sorts[sort]}
              checked={notifications[sort]}
              onChange={(event) => choose.mutate({ ...notifications, [sort]: event.target.checked })}
            />
          ))}
        </fieldset>
      </Part>
      <Part title={t.always}>
        <p className="text-dim">{t.alwaysLead}</p>
      </Part>
    </Page>
  );
}
