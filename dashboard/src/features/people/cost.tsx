import type { PersonLicence, PersonView } from "~/api/generated/types.gen";
import { money } from "~/lib/format";
import { people as t } from "~texts/people";

/** Whether a licence costs nothing; one whose price is missing does not. */
export const isFree = ({ monthly }: PersonLicence): boolean => monthly?.amount_minor === 0;

/** What somebody costs a month, with what is not in it. */
export function Cost({ person: { monthly, price_missing } }: { person: PersonView }) {
  return (
    <>
      {monthly && (monthly.amount_minor > 0 || price_missing === 0) && money(monthly)}
      {price_missing > 0 && <span className="block text-warn text-xs">{t.missing(price_missing)}</span>}
    </>
  );
}
