// What charts are drawn from: numbers in their order, with nothing where nothing is known.

export type Value = number | null;

/** Ends of an axis that are round, and so are their halves. */
const STEPS = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10];

/** Where an axis from 0 ends: a round number that nothing drawn is above. */
export function ceiling(most: number): number {
  if (most <= 0) return 1;
  const size = 10 ** Math.floor(Math.log10(most));
  return (STEPS.find((step) => step * size >= most) ?? 10) * size;
}

const short = (value: number): number => Math.round(value * 100) / 100;

/** A line in a box of 100 by 100, for SVG. It is broken where a value is missing; one on its own is a dot. */
export function path(values: readonly Value[], top: number): string {
  const step = 100 / Math.max(1, values.length - 1);
  return values
    .map((value, at) => {
      if (value === null) return "";
      const point = `${short(at * step)} ${short(100 - (100 * value) / top)}`;
      const [before, after] = [values[at - 1] ?? null, values[at + 1] ?? null];
      if (before !== null) return `L${point}`;
      return after === null ? `M${point}h0` : `M${point}`;
    })
    .join("");
}

/** From the first day that was measured on. */
export function measuredPart<Day extends { measured?: unknown }>(days: readonly Day[]): readonly Day[] {
  const first = days.findIndex(({ measured }) => measured);
  return first < 0 ? [] : days.slice(first);
}

/** Every month from one to another, both included: `2026-11`, `2026-12`. */
export function monthsBetween(from: string, to: string): string[] {
  const index = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
  const [first, last] = [index(from), index(to)];
  return Array.from({ length: last - first + 1 }, (_, at) => {
    const month = first + at;
    return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
  });
}
