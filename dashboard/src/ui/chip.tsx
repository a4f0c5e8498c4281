import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** A link that narrows what a page shows; one of several is chosen. */
export const Chip = ({ chosen, ...rest }: LinkProps & { chosen: boolean; children: ReactNode }) => (
  <Link
    {...rest}
    aria-current={chosen ? "true" : undefined}
    className={`inline-flex min-h-9 items-center rounded-full border px-4 ${chosen ? "border-accent bg-tint font-semibold text-accent" : "border-edge hover:bg-well"}`}
  />
);
