import { beforeEach, expect, test } from "vitest";
import { companyOf, linkToken, ownPath } from "./link";

beforeEach(() => {
  history.replaceState(null, "", "/");
});

test("after signing in one goes on to a page of ours and to no other", () => {
  expect(ownPath("/savings/fnd_1?x=1#y")).toBe("/savings/fnd_1?x=1#y");
  for (const bad of [
    undefined,
    "",
    "savings",
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    7,
  ]) {
    expect(ownPath(bad)).toBe("/");
  }
});

test("a mail's link names its company, and is a path of ours without it, whatever somebody made of it", () => {
  expect(companyOf("/changes/fix_1?company=ten_1")).toEqual({ company: "ten_1", to: "/changes/fix_1" });
  expect(companyOf("/people?search=%22a%26b%22&company=ten_1&company=ten_2#x")).toEqual({
    company: "ten_1",
    to: "/people?search=%22a%26b%22#x",
  });
  expect(companyOf("/people?search=company")).toEqual({ company: null, to: "/people?search=company" });
  for (const bad of ["//evil.example/?company=ten_1", "/\\evil.example?company=", "https://evil.example?company=//x"]) {
    expect(companyOf(bad).to).toBe("/");
  }
});

test("the token of a mail's link is read behind the number sign alone", () => {
  history.replaceState(null, "", "/verify?token=seen#token=svt_x");
  expect(linkToken()).toBe("svt_x");
  history.replaceState(null, "", "/verify?token=seen");
  expect(linkToken()).toBe("");
});
