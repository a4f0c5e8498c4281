// @vitest-environment node
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

// The addresses that mails and Microsoft lead to are written in Rust; each has to have a page here.
const root = new URL("../..", import.meta.url).pathname;
const tree = readFileSync(`${root}dashboard/src/routeTree.gen.ts`, "utf8");
const paths = new Set([...tree.matchAll(/fullPath: '([^']*)'/g)].map(([, path]) => path?.replace(/(.)\/$/, "$1")));

test("every page a mail leads to is there", () => {
  const pages = readFileSync(`${root}shared/mailer/src/page.rs`, "utf8");
  const wanted = [...pages.matchAll(/=> "(\/[^"]*)"/g)].map(([, path]) => path);
  expect(wanted.length).toBeGreaterThan(10);
  expect(wanted.filter((path) => !paths.has(path))).toEqual([]);
  expect(paths).toContain("/savings/$finding");
});

test("every page Microsoft sends a browser back to is there", () => {
  const system = readFileSync(`${root}local/src/system.rs`, "utf8");
  const wanted = /redirect_uris: \[([^\]]*)\]/.exec(system)?.[1]?.match(/\/[a-z/-]+/g) ?? [];
  expect(wanted.length).toBeGreaterThan(2);
  expect(wanted.filter((path) => !paths.has(path))).toEqual([]);
});
