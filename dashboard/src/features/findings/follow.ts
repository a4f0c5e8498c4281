import { useQueryClient } from "@tanstack/react-query";
import { toast } from "~/ui/toast";

/** What is decided is followed by new findings within seconds; that is when they are asked for again. */
const FOLLOWS_MS = 2500;

/** Asks everything again, now and once more when the findings have followed. */
export function useFollow() {
  const queries = useQueryClient();
  return async (told: string, bad = false) => {
    toast(told, bad);
    setTimeout(() => queries.invalidateQueries(), FOLLOWS_MS);
    await queries.invalidateQueries();
  };
}
