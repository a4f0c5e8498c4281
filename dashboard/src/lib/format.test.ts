import { afterEach, expect, test, vi } from "vitest";
import { ago, count, day, listed, money, soon } from "./format";

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

/** As a page has it that is loaded anew. */
async function anew() {
  vi.resetModules();
  return import("./format");
}

test("money shows cents only where there are some, and never mixes them up with units", () => {
  expect(money({ amount_minor: 65_800, currency: "USD" })).toMatch(/^(US)?\$658$/);
  expect(money({ amount_minor: 1_450, currency: "GBP" })).toBe("£14.50");
  expect(money({ amount_minor: 5, currency: "EUR" })).toBe("€0.05");
  expect(money({ amount_minor: 0, currency: "EUR" })).toBe("€0");
  expect(money({ amount_minor: -123_456_700, currency: "EUR" })).toBe("-€1,234,567");
});

test("a day is that day in every time zone", () => {
  expect(day("2026-12-05")).toContain("5");
  expect(day("2026-12-05")).toContain("2026");
});

test("what is near is told by distance, what is far by its day", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  expect(ago("2026-11-21T11:59:40Z", now)).toBe("just now");
  expect(ago("2026-11-21T11:48:00Z", now)).toBe("12 minutes ago");
  expect(ago("2026-11-21T09:00:00Z", now)).toBe("3 hours ago");
  expect(ago("2026-11-20T11:00:00Z", now)).toBe("yesterday");
  expect(ago("2026-10-01T11:00:00Z", now)).toBe(day("2026-10-01T11:00:00Z"));
});

test("what is to come is told by its weekday, unless that could be of more than one week", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  expect(soon("2026-11-23T12:00:00Z", now)).toMatch(/^(Mon|Tue)\D+\d{2}:\d{2}/);
  expect(soon("2026-12-05T12:00:00Z", now)).toBe(day("2026-12-05T12:00:00Z"));
});

test("one is one and all others are several", () => {
  expect([0, 1, 2, 1000].map((n) => count(n, "person", "people"))).toEqual([
    "0 people",
    "1 person",
    "2 people",
    "1,000 people",
  ]);
});

test("several things are told as a sentence has them", () => {
  expect(listed(["Teams"])).toBe("Teams");
  expect(listed(["Teams", "Visio"])).toBe("Teams and Visio");
});

test("dates are of the English place that was chosen, and of the browser's where that is none or is forgotten", async () => {
  const browsers = (await anew()).locale;
  expect((await anew()).keepPlace("en-IE")).toBe(true);
  const chosen = await anew();
  expect(chosen.locale).toBe("en-IE");
  expect(chosen.day("2026-12-05")).toBe("5 Dec 2026");
  // What is in use already needs no page to be loaded anew.
  expect(chosen.keepPlace("en-IE")).toBe(false);
  expect(chosen.keepPlace("sv-SE")).toBe(true);
  const swedish = await anew();
  expect(swedish.locale).toBe(browsers);
  expect(swedish.keepPlace("sv-SE")).toBe(false);
  expect(swedish.keepPlace(null)).toBe(false);
});

test("what is no place, or cannot be kept, changes nothing", async () => {
  const browsers = (await anew()).locale;
  localStorage.setItem("steward-place", '"en-!!"');
  expect((await anew()).locale).toBe(browsers);
  vi.stubGlobal("localStorage", undefined);
  const keepless = await anew();
  expect(keepless.locale).toBe(browsers);
  expect(keepless.keepPlace("en-IE")).toBe(false);
  vi.unstubAllGlobals();
});
