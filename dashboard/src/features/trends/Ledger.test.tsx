import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";
import { accountsMeOptions, insightsSavingsOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { SavingsView } from "~/api/generated/types.gen";
import { Me } from "~/features/shell/me";
import { money } from "~/lib/format";
import { Departments, Ledger } from "./Ledger";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const usd = (amount_minor: number) => ({ amount_minor, currency: "USD" as const });

const november = {
  month: "2026-11",
  approved: usd(8800),
  realised: usd(8800),
  seats_realised: 4,
  seats_without_price: 0,
  seats_added: 0,
  seats_gone_otherwise: 0,
};
const saved: SavingsView = {
  from: "2025-11-22",
  to: "2026-11-21",
  approved: usd(8800),
  realised: usd(8800),
  seats_realised: 4,
  seats_without_price: 0,
  months: [november],
  departments: [],
};

/** What stands on the page, of an answer that is like this one but for some of it. */
async function page(but: Partial<SavingsView>): Promise<HTMLElement> {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(accountsMeOptions().queryKey, { permissions: ["data:export"], paused: [] } as never);
  for (const asked of [insightsSavingsOptions(), insightsSavingsOptions({ query: { by: "department" } })]) {
    client.setQueryData(asked.queryKey, { ...saved, ...but });
  }
  const root = createRootRoute();
  const at = (path: string) => createRoute({ getParentRoute: () => root, path, component: () => null });
  const trends = createRoute({
    getParentRoute: () => root,
    path: "/",
    component: () => (
      <QueryClientProvider client={client}>
        <Me>
          <Ledger />
          <Departments />
        </Me>
      </QueryClientProvider>
    ),
  });
  const routeTree = root.addChildren([trends, at("/people"), at("/licences")]);
  const router = createRouter({ routeTree, history: createMemoryHistory() });
  const place = document.body.appendChild(document.createElement("div"));
  await act(async () => createRoot(place).render(<RouterProvider router={router as never} />));
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  return place;
}

test("what was saved says whose prices it rests on, and nothing where nothing was saved at a price", async () => {
  expect((await page({ whose_prices: "own" })).textContent).toContain("by the prices you entered.");
  expect((await page({ whose_prices: "list" })).textContent).toContain("by Microsoft's list prices of the day");
  const mixed = (await page({ whose_prices: "mixed" })).textContent;
  expect(mixed).toContain("by the prices you entered, the rest by Microsoft's list prices");
  expect((await page({})).textContent).not.toContain("excl. VAT");
});

test("a department says what was approved of it, and where its amounts are not the whole", async () => {
  const sales = {
    department: "Sales",
    people: 12,
    monthly: usd(120_000),
    price_missing: 0,
    found: usd(4400),
    approved: usd(2200),
  };
  const shop = { ...sales, department: "Shop", monthly: usd(0), price_missing: 3, found: usd(0), approved: usd(0) };
  const row = (place: HTMLElement, name: string) =>
    [...place.querySelectorAll("tr")].find((one) => one.textContent?.includes(name))?.textContent;
  const whole = await page({ departments: [sales, { ...shop, monthly: usd(5000), price_missing: 0 }] });
  expect(row(whole, "Sales")).toContain(money(usd(2200)));
  expect(whole.textContent).not.toContain("without a known price");
  const place = await page({ departments: [sales, shop] });
  expect(row(place, "Shop")).toContain("3 licences without a known price");
  expect(row(place, "Sales")).not.toContain("without a known price");
  expect(place.textContent).toContain("Licences without a known price are in none of these amounts.");
});
