// Pictures of every page in both themes and two widths, into dashboard/shots: to be looked at, not compared.
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { open } from "./dashboard.js";
import { pages, show } from "./pages.js";

const folder = join(resolve(dirname(fileURLToPath(import.meta.url)), "../.."), "dashboard/shots");
await mkdir(folder, { recursive: true });
const steward = await open();
const only = process.argv[2];
try {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      const viewport = { width, height: width === 360 ? 740 : 720 };
      const context = { colorScheme, viewport, reducedMotion: "reduce" };
      const owner = await steward.owner(context);
      const nobody = await (await steward.visitor(context)).newPage();
      for (const one of await pages(steward)) {
        if (only && !one.name.includes(only)) continue;
        const page = one.signedIn ? owner : nobody;
        await show(page, one);
        await page.screenshot({ path: join(folder, `${one.name}-${colorScheme}-${width}.png`), fullPage: true });
      }
      await owner.context().close();
      await nobody.context().close();
    }
  }
  steward.noTroubles();
} finally {
  await steward.close();
}
