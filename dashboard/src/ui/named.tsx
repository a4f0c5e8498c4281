import type { ReactNode } from "react";

const PLACE = "\ufffc";

/** A sentence of ours with somebody else's words in it: each of them may turn around itself and nothing beside it. */
export function named<Names extends string[]>(sentence: (...names: Names) => string, ...names: Names): ReactNode {
  const places = names.map((_, at) => `${PLACE}${at}${PLACE}`) as Names;
  const parts = sentence(...places).split(PLACE);
  return parts.map((part, at) => (at % 2 === 0 ? part : <bdi key={part}>{names[Number(part)]}</bdi>));
}
