import { redirect } from "@tanstack/react-router";
import { apiError } from "~/api/error";
import { accountsCompanies, accountsSwitchCompany, membersLeave } from "~/api/generated/sdk.gen";
import type { TenantState, Tokens, YourCompany } from "~/api/generated/types.gen";
import { queries } from "~/api/queries";
import { current, signedIn, startAnew } from "~/api/session";
import { companyOf } from "~/lib/link";
import { named } from "~/ui/named";
import { toast } from "~/ui/toast";
import { shell as t } from "~texts/shell";

const OPEN: ReadonlySet<TenantState> = new Set(["active", "past_due", "read_only"]);

/** Whether a company lets its members in. */
export const isOpen = ({ state }: Pick<YourCompany, "state">): boolean => OPEN.has(state);

/** Why a link does not lead where it says. */
export interface Refusal {
  title: string;
  detail: string;
}

/**
 * A mail's link names the company it is about: goes there first where that is not the one of this session, and then on
 * without the name. What it names is only compared with the companies of who is signed in.
 */
export async function arrive(href: string): Promise<Refusal | undefined> {
  const { company, to } = companyOf(href);
  if (company === null) return undefined;
  if (company !== current()?.tenant) {
    const place = (await accountsCompanies()).data.items.find(({ tenant }) => tenant === company);
    const refused = await enter(place);
    if (refused) return refused;
  }
  throw redirect({ href: to, replace: true });
}

async function enter(place: YourCompany | undefined): Promise<Refusal | undefined> {
  if (!place) return t.link.notYours;
  const opened = await sessionIn(place);
  if ("title" in opened) return opened;
  queries.clear();
  signedIn(opened);
  // Whoever sent the link chose the company: its name is told.
  toast(named(t.nowIn, place.name));
  return undefined;
}

/** Opens a session in a company, or says why there is none to be had. */
async function sessionIn(place: YourCompany): Promise<Tokens | Refusal> {
  if (!isOpen(place)) return t.link.closed;
  try {
    return (await accountsSwitchCompany({ path: { tenant: place.tenant } })).data;
  } catch (thrown) {
    const error = apiError(thrown);
    if (error.code === "not_found") return t.link.notYours;
    if (error.code === "second_factor_required") return t.link.secondFactor;
    if (error.code === "microsoft_only") return { title: error.message, detail: error.detail };
    throw error;
  }
}

/** A session in the first other company that lets one in. */
async function sessionElsewhere(tenant: string): Promise<Tokens | undefined> {
  for (const place of (await accountsCompanies()).data.items) {
    if (place.tenant === tenant) continue;
    const opened = await sessionIn(place);
    if (!("title" in opened)) return opened;
  }
  return undefined;
}

/**
 * Leaves the company one is in now, and goes on in another one. That one's session is opened first: afterwards none of
 * this company's opens it. `false` where there is no other: nobody is signed in then.
 */
export async function leaveCompany(tenant: string): Promise<boolean> {
  const next = await sessionElsewhere(tenant);
  try {
    await membersLeave({ path: { tenant } });
  } catch (thrown) {
    // By now the cookie is of the other company: back to this one, if it still lets one in.
    if (next) {
      await accountsSwitchCompany({ path: { tenant } }).then(
        ({ data }) => signedIn(data),
        () => startAnew(next),
      );
    }
    throw thrown;
  }
  if (next) startAnew(next);
  return next !== undefined;
}
