import { useQuery } from "@tanstack/react-query";
import { ApiError } from "~/api/error";
import { findingsPrices } from "~/api/generated/sdk.gen";
import type { PricesView } from "~/api/generated/types.gen";
import { queries } from "~/api/queries";
import { type Versioned, versioned } from "~/api/versioned";

export type Prices = Versioned<PricesView>;

const KEY = ["prices"];

export const usePrices = () =>
  useQuery({
    queryKey: KEY,
    queryFn: async (): Promise<Prices> => versioned(await findingsPrices()),
  });

/** Makes a change; where somebody was faster theirs is read, so that the next try is on top of it. */
export async function change(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof ApiError && error.status === 412) await queries.invalidateQueries({ queryKey: KEY });
    throw error;
  }
}
