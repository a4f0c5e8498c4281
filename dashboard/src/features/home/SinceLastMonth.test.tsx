import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, test, vi } from "vitest";
import { day } from "~/lib/format";
import { SinceLastMonth } from "./SinceLastMonth";

const on = (day: string, amount_minor: number) => ({
  day,
  monthly: { amount_minor, currency: "USD" as const },
  findings: 1,
  unassigned: 0,
});
const html = (today: string, ...course: ReturnType<typeof on>[]) => {
  vi.useFakeTimers({ now: new Date(`${today}T12:00:00Z`) });
  return renderToStaticMarkup(<SinceLastMonth course={course} />);
};

afterEach(() => {
  vi.useRealTimers();
});

test("the day of the first check is compared with nothing", () => {
  expect(html("2026-11-21", on("2026-11-21", 101_100))).toBe("");
});

test("in the first month it is compared with the first check, and not with nothing found", () => {
  const same = html("2026-11-23", on("2026-11-21", 101_100));
  expect(same).toContain("Since your first check");
  expect(same).toContain("As much as then.");
  const more = html("2026-11-25", on("2026-11-21", 101_100), on("2026-11-24", 111_100));
  expect(more).toMatch(/\$1,011.* → \$1,111.* found/);
  expect(more).toContain("Waste grew by $100");
  expect(`${same}${more}`).not.toContain("$0");
});

test("behind the line stands a table of the same days", () => {
  const later = html("2026-12-29", on("2026-11-21", 101_100), on("2026-12-20", 91_100));
  const cells = [...later.matchAll(/<td[^>]*>([^<]*)</g)].map(([, text]) => text);
  expect(cells).toEqual([
    day("2026-11-29"),
    expect.stringContaining("1,011"),
    day("2026-12-20"),
    expect.stringContaining("911"),
  ]);
  const young = html("2026-11-25", on("2026-11-21", 101_100), on("2026-11-24", 111_100));
  expect(young.match(/<tr/g)).toHaveLength(3);
});

test("after a month it is compared with a month ago", () => {
  const later = html("2026-12-29", on("2026-11-21", 101_100), on("2026-12-20", 91_100));
  expect(later).toContain("Since last month");
  expect(later).toMatch(/\$1,011.* → \$911.* found/);
  expect(later).not.toContain("Your first check");
});
