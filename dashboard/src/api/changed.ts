import { queries } from "./queries";

/** Findings are worked out anew behind the answer: within seconds, says the API. */
const FOLLOWS_MS = 4000;

/** Something changed that numbers of other pages follow from: they are asked for again, now and once they have followed. */
export async function numbersFollow(): Promise<void> {
  setTimeout(() => queries.invalidateQueries(), FOLLOWS_MS);
  await queries.invalidateQueries();
}
