import { expect, test } from "vitest";
import { ceiling, measuredPart, monthsBetween, path } from "./series";

test("an axis ends at a round number that is not below what is drawn", () => {
  expect([0, 1, 99, 101, 404_300].map(ceiling)).toEqual([1, 1, 100, 120, 500_000]);
});

test("a line is broken where nothing was measured, and a day on its own is a dot", () => {
  expect(path([0, 10, null, 5], 10)).toBe("M0 100L33.33 0M100 50h0");
  expect(path([null, null], 10)).toBe("");
});

test("what was before the first check is not drawn; what is missing later is", () => {
  const days = [{ measured: null }, { measured: 1 }, { measured: null }, { measured: 2 }, { measured: null }];
  expect(measuredPart(days)).toEqual(days.slice(1));
  expect(measuredPart([{ measured: null }])).toEqual([]);
});

test("months nobody knows anything of are in their places", () => {
  expect(monthsBetween("2026-11", "2027-02")).toEqual(["2026-11", "2026-12", "2027-01", "2027-02"]);
  expect(monthsBetween("2026-11", "2026-11")).toEqual(["2026-11"]);
});
