import { expect, test } from "vitest";
import type { PricesUsed } from "~/api/generated/types.gen";
import { findings as t } from "~texts/findings";
import { pricedBy } from "./priced";

const list: PricesUsed = {
  whose: "list",
  source: "Price list of July",
  as_of: "2026-07-01",
  currency: "USD",
  excludes_tax: true,
};

test("list prices are said to be of a list and of a day", () => {
  expect(pricedBy(list)).toContain("Price list of July");
  expect(pricedBy(list)).toContain("2026");
});

test("what a company entered is said to be its own, alone or beside a list", () => {
  const own = pricedBy({ ...list, whose: "own", source: null });
  expect(own).toBe(t.basisOwn);
  expect(own).not.toContain("2026");
  const mixed = pricedBy({ ...list, whose: "mixed" });
  expect(mixed).toContain("you entered");
  expect(mixed).toContain("Price list of July");
});

test("every sentence says that amounts are without tax", () => {
  for (const of of [undefined, null, list, { ...list, whose: "own" as const }, { ...list, whose: "mixed" as const }]) {
    expect(pricedBy(of)).toContain("Excl. VAT");
  }
});
