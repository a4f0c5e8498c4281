// Days as forms have them, `2026-12-05`, of the reader's place.

export const dayOf = (at: Date): string =>
  `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;

/** So many days from today. */
export function dayAhead(days: number): string {
  const on = new Date();
  on.setDate(on.getDate() + days);
  return dayOf(on);
}

/** The instant at which a day comes to a time here, its beginning where none is given. */
export const instant = (day: string, time = "00:00"): string => new Date(`${day}T${time}`).toISOString();

/** The instant until which something lasts whose last day here is this one: `dayOf` it is that day. */
export const endOf = (day: string): string => instant(day, "23:59:59");
