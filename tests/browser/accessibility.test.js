// Everybody can use every page: axe in both themes and two widths.
import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { open, visit } from "./dashboard.js";
import { pages } from "./pages.js";

let steward;

before(async () => {
  steward = await open({ reducedMotion: "reduce" });
});
after(async () => {
  await steward?.close();
});
afterEach(() => steward.noTroubles());

/** Opens each page there is in a browser of its own; what `look` finds wrong with it. */
async function everyPage(context, look) {
  const owner = await steward.owner(context);
  const nobody = await (await steward.visitor(context)).newPage();
  const wrong = [];
  for (const { name, path, signedIn } of await pages(steward)) {
    const page = signedIn ? owner : nobody;
    await visit(page, path);
    for (const what of await look(page)) wrong.push(`${name}: ${what}`);
  }
  await owner.context().close();
  await nobody.context().close();
  return wrong;
}

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    test(`axe finds nothing grave, and nothing is too small or too wide: ${colorScheme}, ${width} px`, async () => {
      const wrong = await everyPage({ colorScheme, viewport: { width, height: 720 } }, async (page) => {
        // Of WCAG 2.2 and off by default: controls of at least 24 by 24 px, or with that much room around them.
        const axe = new AxeBuilder({ page }).options({ rules: { "target-size": { enabled: true } } });
        const grave = (await axe.analyze()).violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        return wider ? [...found, "is wider than the screen"] : found;
      });
      assert.deepEqual(wrong, []);
    });
  }
}
