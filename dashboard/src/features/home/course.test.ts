import { expect, test } from "vitest";
import { since, steps, turns } from "./course";

const on = (day: string, amount_minor: number, unassigned = 0) => ({
  day,
  monthly: { amount_minor, currency: "GBP" as const },
  findings: 1,
  unassigned,
});

test("a month ago is what held then, however long before it came to be so", () => {
  const course = [on("2026-09-01", 19_200), on("2026-11-10", 21_400, 2)];
  expect(since(course, "2026-11-21")).toEqual({ before: course[0], now: course[1], whole: true });
  expect(since(course, "2026-12-10")).toEqual({ before: course[1], now: course[1], whole: true });
});

test("where the first check is not a month ago, it is counted from", () => {
  const course = [on("2026-11-03", 19_200), on("2026-11-10", 21_400)];
  expect(since(course, "2026-11-21")).toEqual({ before: course[0], now: course[1], whole: false });
  expect(since([], "2026-11-21")).toBeUndefined();
});

test("on the day of the first check there is nothing to compare it with", () => {
  const course = [on("2026-11-21", 19_200)];
  expect(since(course, "2026-11-21")).toBeUndefined();
  expect(since(course, "2026-11-22")).toEqual({ before: course[0], now: course[0], whole: false });
});

test("a line holds its height until the day on which it changed, and begins with the first check", () => {
  // A month before it is 22 October.
  expect(steps([on("2026-09-01", 50), on("2026-11-06", 100)], "2026-11-21")).toBe("M0 50H50V0H100");
  expect(steps([on("2026-11-06", 100)], "2026-11-21")).toBe("M50 0H100");
  expect(steps([on("2026-11-21", 0)], "2026-11-21")).toBe("M100 100H100");
  expect(steps([], "2026-11-21")).toBe("");
});

test("the table of the line begins where the line begins, with what held then", () => {
  const [old, young] = [on("2026-09-01", 50), on("2026-11-06", 100)];
  expect(turns([old, young], "2026-11-21")).toEqual([{ ...old, day: "2026-10-22" }, young]);
  expect(turns([young], "2026-11-21")).toEqual([young]);
  expect(turns([], "2026-11-21")).toEqual([]);
});
