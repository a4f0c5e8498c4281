import { beforeEach, expect, test } from "vitest";
import { linkToken, ownPath } from "./link";

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

test("the token of a mail's link is read behind the number sign alone", () => {
  history.replaceState(null, "", "/verify?token=seen#token=svt_x");
  expect(linkToken()).toBe("svt_x");
  history.replaceState(null, "", "/verify?token=seen");
  expect(linkToken()).toBe("");
});
