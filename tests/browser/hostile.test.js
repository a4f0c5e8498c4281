// Names that people and directories give are shown as text, whatever they are: markup, formulas, characters that turn
// text around, hundreds of letters. On every page, at the narrowest width.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { company } from "./company.js";
import { open, signIn, visit } from "./dashboard.js";

const DIRECTORY = "Hostile <img src=x onerror=alert(1)>{{7*7}}";
/** Characters that turn what follows around (Unicode UAX 9). */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/;
let steward;

before(async () => {
  steward = await open();
});
after(async () => {
  await steward?.close();
});

test("a hostile name is text on every page, and turns nothing around that is not its own", async () => {
  const acme = await company(steward, "Hostile", { name: DIRECTORY, seed: 12, people: 100 });
  const page = await (await steward.visitor({ viewport: { width: 360, height: 740 } })).newPage();
  page.on("dialog", (dialog) => assert.fail(`a name ran as a script: ${dialog.message()}`));
  await page.goto("/sign-in");
  await signIn(page, acme);
  // Those of most people name every kind of name.
  const { items: all } = await acme.call("GET", "/v1/findings?limit=100", 200);
  const items = all.sort((a, b) => b.people - a.people).slice(0, 8);
  const paths = ["/", "/savings", "/people", "/licences", "/trends", "/changes", "/activity", "/settings/connection"];
  const { items: people } = await acme.call("GET", "/v1/people?limit=100", 200);
  const hostile = people.filter(({ name }) => /[<{=@\u202e]/.test(name));
  const fixed = items.find(({ remedy }) => remedy === "remove_licences");
  paths.push("/connect", ...hostile.slice(0, 5).map(({ person }) => `/people/${person}`));
  paths.push(...items.map(({ finding }) => `/savings/${finding}`), `/savings/${fixed.finding}?preview=advised`);
  const seen = [];
  for (const path of paths) {
    await visit(page, path);
    if (path === "/connect") await page.getByText(/ is connected\.$/).first().waitFor();
    if (path.includes("preview")) await page.getByRole("dialog").getByText(/^(What changes|Left alone)$/).first().waitFor();
    const found = await page.evaluate((turns) => {
      const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
      const loose = [];
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (new RegExp(turns).test(text.data) && !text.parentElement.closest("bdi")) loose.push(text.data);
      }
      return {
        loose,
        markup: document.querySelectorAll("main img, main script, main iframe").length,
        wide: document.documentElement.scrollWidth > innerWidth,
        text: document.querySelector("main").textContent,
      };
    }, TURNS.source);
    assert.deepEqual(found.loose, [], `${path}: outside of <bdi>`);
    assert.equal(found.markup, 0, path);
    assert.doesNotMatch(await page.title(), TURNS, path);
    assert.equal(found.wide, false, `${path} is wider than the screen`);
    seen.push(found.text);
  }
  const text = seen.join("\n");
  const shown = hostile.filter(({ name }) => text.includes(name)).map(({ name }) => name);
  assert.ok(shown.length >= 4, `too few hostile names are on any page: ${shown}`);
  assert.ok(text.includes(DIRECTORY));
  // In a file a spreadsheet runs none of them.
  await visit(page, "/people");
  const formulas = hostile.filter(({ name }) => /^[=@]/.test(name));
  assert.ok(formulas.length > 0, "nobody's name is a formula");
  const download = page.getByRole("button", { name: "Download as a file" });
  const [taken] = await Promise.all([page.waitForEvent("download"), download.click()]);
  const file = await readFile(await taken.path(), "utf8");
  for (const { name } of formulas) assert.ok(file.includes(`"'${name.replaceAll('"', '""')}"`), name);
  assert.doesNotMatch(file, /(^|,)"[=+@-]/m);
  steward.noTroubles();
  await page.context().close();
});
