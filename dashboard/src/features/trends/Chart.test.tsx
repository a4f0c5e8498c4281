import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { BarChart, LineChart } from "./Chart";

const chart = {
  summary: "You pay $10 a month.",
  ends: ["1 Nov", "4 Nov"],
  format: String,
  table: <table />,
};
const series = (values: (number | null)[]) => [{ name: "You pay", values, draw: "stroke-accent", mark: "bg-accent" }];

test("a line is broken where no check was made, and its sentence and table stand beside it", () => {
  const html = renderToStaticMarkup(<LineChart {...chart} series={series([10, 10, null, 5])} />);
  expect(html).toContain('d="M0 0L33.33 0M100 50h0"');
  expect(html).toContain("You pay $10 a month.");
  expect(html).toContain("Show as table");
  expect(html).toContain("1 Nov");
});

test("a month nobody knows anything of has no bar", () => {
  const html = renderToStaticMarkup(<BarChart {...chart} series={series([10, null, 5])} />);
  expect([...html.matchAll(/ height="(\d+)"/g)].map(([, height]) => height)).toEqual(["100", "50"]);
});
