/** How much longer each wait is than the one before it. */
const GROWTH = 1.2;
const LONGEST_MS = 8000;

/**
 * How long to wait before something that goes on is asked for again, in milliseconds: `first` at first, then longer
 * from answer to answer. It follows from the number of answers alone: a page that is drawn anew does not wait anew.
 */
export function pacer(first: number) {
  let begun: number | undefined;
  return (goesOn: boolean, { dataUpdateCount, errorUpdateCount }: Answers): number | false => {
    const answers = dataUpdateCount + errorUpdateCount;
    begun = goesOn ? (begun ?? answers) : undefined;
    return begun !== undefined && Math.min(LONGEST_MS, Math.round(first * GROWTH ** (answers - begun)));
  };
}

/** What a query counts. */
interface Answers {
  dataUpdateCount: number;
  errorUpdateCount: number;
}
