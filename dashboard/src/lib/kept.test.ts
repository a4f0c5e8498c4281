import { afterEach, expect, test, vi } from "vitest";
import { forget, keep, kept } from "./kept";

afterEach(() => {
  vi.restoreAllMocks();
  sessionStorage.clear();
});

test("what is kept comes back until it is forgotten", () => {
  keep("choice", { people: ["a"] });
  expect(kept("choice")).toEqual({ people: ["a"] });
  forget("choice");
  expect(kept("choice")).toBeUndefined();
});

test("what somebody else wrote under the name is nothing", () => {
  sessionStorage.setItem("choice", "{not json");
  expect(kept("choice")).toBeUndefined();
});

test("what a machine keeps is not a tab's", () => {
  keep("choice", "a", "machine");
  expect(kept("choice")).toBeUndefined();
  expect(kept("choice", "machine")).toBe("a");
  forget("choice");
  expect(kept("choice", "machine")).toBe("a");
  forget("choice", "machine");
  expect(kept("choice", "machine")).toBeUndefined();
});
