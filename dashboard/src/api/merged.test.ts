import { expect, test } from "vitest";
import { merged } from "./merged";

test("what one changed stays beside what another changed meanwhile", () => {
  const saw = { grace: 30, review: 60, slack: 1 };
  expect(merged(saw, { ...saw, grace: 14 }, { ...saw, review: 90 })).toEqual({ grace: 14, review: 90, slack: 1 });
  expect(merged(saw, { ...saw, grace: 14 }, { ...saw, grace: 7 }).grace).toBe(14);
  expect(merged(saw, { ...saw }, { ...saw, grace: 7 })).toEqual({ ...saw, grace: 7 });
});

test("of lists what was added is added, and what was taken out is taken out", () => {
  const saw = { people: { vips: ["a", "b"], service: [] as string[] } };
  const mine = { people: { vips: ["b", "c"], service: [] } };
  const newest = { people: { vips: ["a", "b", "d"], service: ["s"] } };
  expect(merged(saw, mine, newest)).toEqual({ people: { vips: ["b", "d", "c"], service: ["s"] } });
});

test("a rule is one thing: what another kind of it says is not mixed in", () => {
  type Rule = { is: "optional" } | { is: "required"; from: string };
  const required = (from: string): { rule: Rule } => ({ rule: { is: "required", from } });
  const optional: { rule: Rule } = { rule: { is: "optional" } };
  expect(merged(required("1 May"), required("2 May"), optional)).toEqual(required("2 May"));
  expect(merged(required("1 May"), required("1 May"), optional)).toEqual(optional);
  expect(merged(optional, required("2 May"), optional)).toEqual(required("2 May"));
  expect(merged(optional, optional, required("1 May"))).toEqual(required("1 May"));
});
