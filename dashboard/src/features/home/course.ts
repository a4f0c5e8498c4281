// What could be saved a month ago and since, of the days on which it changed.
import type { CourseDay } from "~/api/generated/types.gen";

const LOOK_BACK = 30;
const DAY_MS = 86_400_000;

export interface Since {
  /** What held a month ago, or on the day of the first check where that is later. */
  before: CourseDay;
  now: CourseDay;
  /** Whether there was a check a month ago at all. */
  whole: boolean;
}

const begin = (today: string): string =>
  new Date(new Date(today).getTime() - LOOK_BACK * DAY_MS).toISOString().slice(0, 10);

/** Days are those of the API, in UTC. Nothing on the day of the first check: there is no earlier one to compare with. */
export function since(course: readonly CourseDay[], today: string): Since | undefined {
  const [first, now] = [course[0], course.at(-1)];
  if (!first || !now) return undefined;
  const before = course.findLast(({ day }) => day <= begin(today));
  if (!before && first.day >= today) return undefined;
  return { before: before ?? first, now, whole: before !== undefined };
}

/** The days of the line: a month ago, or the first check, with what held then, and each day that changed it. */
export function turns(course: readonly CourseDay[], today: string): CourseDay[] {
  const from = begin(today);
  const before = course.findLast(({ day }) => day <= from);
  const after = course.filter(({ day }) => day > from);
  return before ? [{ ...before, day: from }, ...after] : after;
}

/** A line of steps in a box of 100 by 100, for SVG: from each day on what held since. What was before is not drawn. */
export function steps(course: readonly CourseDay[], today: string): string {
  const top = Math.max(1, ...course.map(({ monthly }) => monthly.amount_minor));
  const from = new Date(begin(today)).getTime();
  const place = (day: string) =>
    Math.round(Math.max(0, (100 * (new Date(day).getTime() - from)) / (LOOK_BACK * DAY_MS)));
  const line = course.map(({ day, monthly }, at) => {
    const height = Math.round(100 - (100 * monthly.amount_minor) / top);
    return at === 0 ? `M${place(day)} ${height}` : `H${place(day)}V${height}`;
  });
  // Of today alone there is a dot.
  return line.length > 0 ? `${line.join("")}H100` : "";
}
