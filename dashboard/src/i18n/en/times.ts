export const times = { now: "just now" };
