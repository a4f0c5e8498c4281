import type { ReactNode } from "react";
import type { Permission } from "~/api/generated/types.gen";
import { Page, useTitleMeanwhile } from "~/ui/page";
import { Notice, Skeleton } from "~/ui/states";
import { common as t } from "~texts/common";
import { useMe } from "./me";

/** A page for who may see it. Everybody else is told why they do not, and nothing is asked for in their name. */
export function Allowed({ to, title, children }: { to: Permission; title: string; children: ReactNode }) {
  const { data, isPending } = useMe();
  useTitleMeanwhile(title);
  if (isPending) return <Skeleton rows={5} tall />;
  // Where even that is not known the page itself says what the API answers.
  if (!data || data.permissions.includes(to)) return children;
  return (
    <Page title={title}>
      <Notice title={t.roleLimited} />
    </Page>
  );
}
