import { useDeferredValue } from "react";

/** About as many rows as a screen is high. */
const AT_ONCE = 10;

/** The rows to render: those of a screen at once, all of them when the page has been seen. Long lists else hold up the click. */
export const useShown = <Row>(rows: readonly Row[]): readonly Row[] => useDeferredValue(rows, rows.slice(0, AT_ONCE));
