import type { PricesUsed } from "~/api/generated/types.gen";
import { TextLink } from "~/ui/link";
import { findings as t } from "~texts/findings";
import { pricedBy } from "./priced";

/** What amounts rest on, and where to tell better prices. `of` is `price_basis` of what the amounts are of. */
export function Basis({ of }: { of?: PricesUsed | null | undefined }) {
  return (
    <p className="text-dim text-sm">
      {pricedBy(of)} <TextLink to="/licences">{t.enterPrices}</TextLink>
    </p>
  );
}
