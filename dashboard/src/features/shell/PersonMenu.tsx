import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { accountsCompaniesOptions } from "~/api/generated/@tanstack/react-query.gen";
import { accountsSwitchCompany } from "~/api/generated/sdk.gen";
import { startAnew } from "~/api/session";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { ReferenceLink, TextLink } from "~/ui/link";
import { named } from "~/ui/named";
import { Skeleton } from "~/ui/states";
import { common } from "~texts/common";
import { shell as t } from "~texts/shell";
import { isOpen } from "./company";
import { useMe } from "./me";
import { useSignOut } from "./signOut";
import { setTheme, type Theme, theme } from "./theme";

/** Who is signed in, the other companies they are in, colours, and the way out. */
export function PersonMenu() {
  const me = useMe();
  const [open, setOpen] = useState(false);
  const summary = useRef<HTMLElement>(null);
  return (
    <details
      className="relative"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      onBlur={({ currentTarget, relatedTarget }) =>
        relatedTarget && !currentTarget.contains(relatedTarget) && setOpen(false)
      }
      onKeyDown={({ key }) => {
        if (key !== "Escape" || !open) return;
        setOpen(false);
        summary.current?.focus();
      }}
    >
      <summary ref={summary} className="flex min-h-9 list-none items-center gap-2 rounded-md px-3 py-1.5 hover:bg-well">
        <span
          aria-hidden="true"
          className="grid size-7 place-items-center rounded-full bg-tint font-semibold text-accent text-sm uppercase"
        >
          {me.data?.name.slice(0, 1)}
        </span>
        <bdi className="sr-only max-w-40 truncate sm:not-sr-only">{me.data?.name ?? t.you}</bdi>
      </summary>
      {open && <Menu email={me.data?.email} />}
    </details>
  );
}

function Menu({ email }: { email: string | undefined }) {
  const companies = useQuery(accountsCompaniesOptions());
  const [chosen, choose] = useState<Theme>(theme);
  const [signOut, leaving] = useSignOut();
  const [goTo, going] = useAct(async (tenant: string) => {
    startAnew((await accountsSwitchCompany({ path: { tenant } })).data);
  });
  const others = companies.data?.items.filter((company) => !company.current) ?? [];
  return (
    <div className="absolute end-0 z-10 mt-1 grid w-72 gap-3 rounded-lg border border-line bg-card p-4 shadow-lg lg:start-0 lg:bottom-full lg:mb-1">
      <p className="break-all text-dim text-sm">{email}</p>
      {companies.isPending && <Skeleton rows={1} />}
      {others.map((company) => (
        <Button
          key={company.tenant}
          onClick={() => goTo(company.tenant)}
          busy={going}
          disabledReason={isOpen(company) ? undefined : t.closedThere}
        >
          <span>{named(t.switchTo, company.name)}</span>
        </Button>
      ))}
      <TextLink to="/new-company">{t.addCompany}</TextLink>
      <label className="flex items-center justify-between gap-2">
        {common.theme.label}
        <select
          className="min-h-9 rounded-md border border-edge bg-card px-2"
          value={chosen}
          onChange={(event) => {
            const next = event.target.value as Theme;
            setTheme(next);
            choose(next);
          }}
        >
          <option value="system">{common.theme.system}</option>
          <option value="light">{common.theme.light}</option>
          <option value="dark">{common.theme.dark}</option>
        </select>
      </label>
      <TextLink to="/account">{t.settings}</TextLink>
      <ReferenceLink />
      <p className="text-dim text-sm">{common.help}</p>
      <Button onClick={signOut} busy={leaving}>
        {t.signOut}
      </Button>
    </div>
  );
}
