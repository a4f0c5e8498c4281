// What a browser loads before the first page is seen, the styles, and each page's own part (ux.md 1.7).
import { readdirSync, readFileSync } from "node:fs";

const site = "dist/site";
const initial = [...readFileSync(`${site}/index.html`, "utf8").matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(
  ([, path]) => `${site}/${path}`,
);
const later = readdirSync(`${site}/assets`)
  .filter((name) => name.endsWith(".js"))
  .map((name) => `${site}/assets/${name}`)
  .filter((path) => !initial.includes(path));

export default [
  { name: "scripts before the first page", path: initial, limit: "130 kB", gzip: true },
  { name: "styles", path: `${site}/assets/*.css`, limit: "15 kB", gzip: true },
  ...later.map((path) => ({ name: path.slice(site.length), path, limit: "40 kB", gzip: true })),
];
