import { Link, type LinkProps } from "@tanstack/react-router";

/** A link in running text. */
export const TextLink = (props: LinkProps) => <Link {...props} className="text-accent underline underline-offset-4" />;
