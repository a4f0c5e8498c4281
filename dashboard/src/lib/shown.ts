import { useDeferredValue } from "react";

/** What a phone shows; the others follow before anybody could scroll. Six of them took 20 ms longer, on a slow machine. */
const AT_ONCE = 4;

/** The rows to render: those of a screen at once, all of them once the page is seen. Long lists else hold up the click. */
export const useShown = <Row>(rows: readonly Row[]): readonly Row[] => useDeferredValue(rows, rows.slice(0, AT_ONCE));

/** Whether the page is seen already, and what stands below its first screen may be rendered. */
export const useSeen = (): boolean => useDeferredValue(true, false);
