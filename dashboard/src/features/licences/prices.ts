import { useQuery } from "@tanstack/react-query";
import { findingsPrices } from "~/api/generated/sdk.gen";
import type { PricesView } from "~/api/generated/types.gen";
import { queries } from "~/api/queries";
import { change as changing, type Versioned, versioned } from "~/api/versioned";

export type Prices = Versioned<PricesView>;

const KEY = ["prices"];

export const usePrices = () =>
  useQuery({
    queryKey: KEY,
    queryFn: async (): Promise<Prices> => versioned(await findingsPrices()),
  });

/** Makes a change of prices. */
export const change = (act: () => Promise<unknown>): Promise<void> =>
  changing(act, () => queries.invalidateQueries({ queryKey: KEY }));
