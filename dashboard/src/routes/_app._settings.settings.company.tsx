import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { tenantsGetOptions } from "~/api/generated/@tanstack/react-query.gen";
import { Allowed } from "~/features/shell/Allowed";
import { day } from "~/lib/format";
import { Page, Part } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { company } from "~texts/company";

const t = company.about;

export const Route = createFileRoute("/_app/_settings/settings/company")({
  component: () => (
    <Allowed to="tenant:read" title={t.title}>
      <Company />
    </Allowed>
  ),
});

function Company() {
  const { data, error, refetch } = useQuery(tenantsGetOptions());
  const facts = data && [
    [t.name, data.name],
    [t.currency, data.currency],
    [t.plan, data.plan],
    [t.since, day(data.created_at)],
    [t.number, data.tenant],
  ];
  return (
    <Page title={t.title} lead={t.lead} narrow>
      {error && <Problem error={error} onRetry={() => refetch()} />}
      {!data && !error && <Skeleton rows={3} />}
      {facts && (
        <Part title={<bdi>{data.name}</bdi>}>
          <dl className="grid gap-x-6 gap-y-1 sm:grid-cols-[auto_1fr]">
            {facts.map(([term, value]) => (
              <div key={term} className="contents">
                <dt className="text-dim">{term}</dt>
                <dd className="break-all">
                  <bdi>{value}</bdi>
                </dd>
              </div>
            ))}
          </dl>
        </Part>
      )}
    </Page>
  );
}
