import type { PricesUsed } from "~/api/generated/types.gen";
import { day } from "~/lib/format";
import { findings as t } from "~texts/findings";

/** What amounts rest on, in a sentence: whose prices, from where and when. Without it, what holds of all amounts. */
export function pricedBy(of: PricesUsed | null | undefined): string {
  if (!of) return t.basis;
  if (of.whose === "own") return t.basisOwn;
  const say = of.whose === "mixed" ? t.basisMixed : t.basisOf;
  return say(of.source ?? t.listPrices, day(of.as_of));
}
