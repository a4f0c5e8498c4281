import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { fixing as t } from "~texts/fixing";
import { Steps } from "./Steps";

const steps = ["Mend the cause.", "Have it worked out again."];

test("steps are told beside a fix of Steward's as well as without one", () => {
  for (const beside of [false, true]) {
    const html = renderToStaticMarkup(<Steps steps={steps} beside={beside} />);
    for (const step of steps) expect(html).toContain(step);
    expect(html).toContain(beside ? t.byHand : t.guided);
  }
});

test("only without a fix are they all there is", () => {
  expect(renderToStaticMarkup(<Steps steps={steps} beside />)).not.toContain(t.guidedLead);
});

test("without steps there is nothing to tell", () => {
  expect(renderToStaticMarkup(<Steps steps={[]} beside />)).toBe("");
});
