// What two people changed at the same time, put together.

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether two values have the same members, whatever these are. */
const alike = (a: unknown, b: unknown): boolean =>
  isMembers(a) &&
  isMembers(b) &&
  Object.keys(a).length === Object.keys(b).length &&
  Object.keys(a).every((k) => k in b);

const same = (a: unknown, b: unknown): boolean =>
  isMembers(a) && isMembers(b) && alike(a, b)
    ? Object.entries(a).every(([name, value]) => same(value, b[name]))
    : JSON.stringify(a) === JSON.stringify(b);

/**
 * What somebody wants who `saw` one thing and made `mine` of it, while the `newest` came to be: theirs where they changed
 * something, the newest everywhere else. Lists are taken for sets. What has other members is another thing, such as a
 * rule of another kind, and is never mixed.
 */
export function merged<Value>(saw: Value, mine: Value, newest: Value): Value {
  if (Array.isArray(saw) && Array.isArray(mine) && Array.isArray(newest)) {
    const left = newest.filter((one) => mine.includes(one) || !saw.includes(one));
    const added = mine.filter((one) => !saw.includes(one) && !newest.includes(one));
    return [...left, ...added] as Value;
  }
  if (isMembers(saw) && isMembers(mine) && isMembers(newest) && alike(saw, mine) && alike(mine, newest)) {
    const [before, now]: [Members, Members] = [saw, newest];
    return Object.fromEntries(
      Object.entries(mine).map(([name, value]) => [name, merged(before[name], value, now[name])]),
    ) as Value;
  }
  return same(saw, mine) ? newest : mine;
}
