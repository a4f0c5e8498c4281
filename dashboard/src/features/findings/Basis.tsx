import type { Evidence } from "~/api/generated/types.gen";
import { day } from "~/lib/format";
import { TextLink } from "~/ui/link";
import { findings as t } from "~texts/findings";

/** More than these say less than the sentence that holds for all. */
const MOST = 2;

/** What amounts rest on: the prices among the evidence where there are some, and where to tell better ones. */
export function Basis({ evidence = [] }: { evidence?: readonly Evidence[] | undefined }) {
  const priced = evidence.filter(({ what }) => what.startsWith("Price of "));
  const prices = [...new Set(priced.flatMap(({ source, as_of }) => (as_of ? `${source}, ${day(as_of)}` : [])))];
  return (
    <p className="text-dim text-sm">
      {prices.length > 0 && prices.length <= MOST ? t.basisOf(prices) : t.basis}{" "}
      <TextLink to="/licences">{t.enterPrices}</TextLink>
    </p>
  );
}
