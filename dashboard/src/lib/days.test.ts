import { expect, test } from "vitest";
import { dayAhead, dayOf, endOf, instant } from "./days";

test("a day begins and ends here, not in Greenwich", () => {
  expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
  expect(dayOf(new Date(instant("2026-01-05")))).toBe("2026-01-05");
  expect(new Date(instant("2026-01-05", "07:00")).getHours()).toBe(7);
  expect(dayOf(new Date(endOf("2026-01-05")))).toBe("2026-01-05");
  expect(new Date(endOf("2026-01-05")).getHours()).toBe(23);
});

test("so many days ahead is a day in the calendar, over changes of the clock as well", () => {
  const days = [1, 30, 200, 365].map((ahead) => new Date(instant(dayAhead(ahead), "12:00")).getTime());
  const today = new Date(instant(dayAhead(0), "12:00")).getTime();
  expect(days.map((at) => Math.round((at - today) / 86_400_000))).toEqual([1, 30, 200, 365]);
});
