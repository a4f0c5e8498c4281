import { afterEach, expect, test, vi } from "vitest";
import { mayLoadAgain, watchFiles } from "./gone";

watchFiles();
afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

function missing(): Error {
  const payload = new Error("a file did not come");
  dispatchEvent(Object.assign(new Event("vite:preloadError"), { payload }));
  return payload;
}

test("a page whose file is gone is loaded again once, and again after the next deployment", () => {
  expect(mayLoadAgain(missing(), 1_000_000)).toBe(true);
  expect(mayLoadAgain(missing(), 1_030_000)).toBe(false);
  expect(mayLoadAgain(missing(), 1_090_000)).toBe(true);
});

test("an error that is of no file loads nothing again", () => {
  expect(mayLoadAgain(new Error("a bug of ours"))).toBe(false);
  expect(mayLoadAgain(undefined)).toBe(false);
});

test("who may keep nothing is not sent round in circles", () => {
  vi.stubGlobal("sessionStorage", undefined);
  expect(mayLoadAgain(missing(), 1_000_000)).toBe(false);
});
