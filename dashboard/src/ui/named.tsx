import type { ReactNode } from "react";

const PLACE = "\ufffc";

/** A sentence of ours with somebody else's name in it, which may turn around itself and nothing beside it. */
export function named(sentence: (name: string) => string, name: string): ReactNode {
  const [before, after] = sentence(PLACE).split(PLACE);
  return (
    <>
      {before}
      <bdi>{name}</bdi>
      {after}
    </>
  );
}
