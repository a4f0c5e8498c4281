/** The same choice with `one` put in, or taken out where it was in. */
export const toggled = <One>(chosen: ReadonlySet<One>, one: One): ReadonlySet<One> =>
  new Set(chosen.has(one) ? [...chosen].filter((other) => other !== one) : [...chosen, one]);
