import { expect, test } from "vitest";
import { pacer } from "./pace";

const answered = (dataUpdateCount: number, errorUpdateCount = 0) => ({ dataUpdateCount, errorUpdateCount });

test("what has just begun is asked for soon, what goes on ever more seldom, and never too seldom", () => {
  const wait = pacer(1500);
  const waits = Array.from({ length: 30 }, (_, n) => wait(true, answered(7 + n)) as number);
  expect(waits.slice(0, 3)).toEqual([1500, 1800, 2160]);
  expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
  expect(waits.at(-1)).toBe(8000);
  // Twelve times in a minute instead of forty, half of them in its first quarter.
  const within = (ms: number) => waits.filter((_, n) => waits.slice(0, n + 1).reduce((a, b) => a + b) <= ms).length;
  expect([within(15_000), within(60_000)]).toEqual([6, 12]);
});

test("drawing a page anew changes no wait, and an answer that fails counts like any other", () => {
  const wait = pacer(1500);
  expect([wait(true, answered(1)), wait(true, answered(1)), wait(true, answered(1, 1))]).toEqual([1500, 1500, 1800]);
});

test("what is over is not asked for, and what begins later is asked for soon again", () => {
  const wait = pacer(1500);
  wait(true, answered(1));
  expect(wait(true, answered(9))).toBeGreaterThan(5000);
  expect(wait(false, answered(10))).toBe(false);
  expect(wait(true, answered(11))).toBe(1500);
});
