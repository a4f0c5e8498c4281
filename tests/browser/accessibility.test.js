// axe on every page, in both themes and two widths: nothing serious, nothing critical.
import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, visit } from "./dashboard.js";
import { pages } from "./pages.js";

let steward;

before(async () => {
  steward = await open({ reducedMotion: "reduce" });
});
after(async () => {
  await steward?.close();
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 1280]) {
    test(`every page can be used by everybody: ${colorScheme}, ${width} px`, async () => {
      const context = { colorScheme, viewport: { width, height: 720 } };
      const owner = await steward.owner(context);
      const nobody = await (await steward.visitor(context)).newPage();
      const violations = [];
      for (const { name, path, signedIn } of await pages(steward)) {
        const page = signedIn ? owner : nobody;
        await visit(page, path);
        const { violations: found } = await new AxeBuilder({ page }).analyze();
        const grave = found.filter(({ impact }) => impact === "serious" || impact === "critical");
        violations.push(...grave.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(" | ")}`));
        const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        if (wider) violations.push(`${name}: is wider than the screen`);
      }
      assert.deepEqual(violations, []);
      steward.noTroubles();
      await owner.context().close();
      await nobody.context().close();
    });
  }
}
