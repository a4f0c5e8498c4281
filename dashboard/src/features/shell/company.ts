import { redirect } from "@tanstack/react-router";
import { apiError } from "~/api/error";
import { accountsCompanies, accountsSwitchCompany } from "~/api/generated/sdk.gen";
import type { TenantState, YourCompany } from "~/api/generated/types.gen";
import { queries } from "~/api/queries";
import { current, signedIn } from "~/api/session";
import { companyOf } from "~/lib/link";
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
  if (!isOpen(place)) return t.link.closed;
  try {
    const { data } = await accountsSwitchCompany({ path: { tenant: place.tenant } });
    queries.clear();
    signedIn(data);
  } catch (thrown) {
    const error = apiError(thrown);
    if (error.code === "not_found") return t.link.notYours;
    if (error.code === "second_factor_required") return t.link.secondFactor;
    if (error.code === "microsoft_only") return { title: error.message, detail: error.detail };
    throw error;
  }
  // Whoever sent the link chose the company: its name is told.
  toast(t.nowIn(place.name));
  return undefined;
}
