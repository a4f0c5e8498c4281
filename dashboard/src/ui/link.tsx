import { Link, type LinkProps } from "@tanstack/react-router";
import { common as t } from "~texts/common";

const look = "text-accent underline underline-offset-4";

/** A link in running text. */
export const TextLink = (props: LinkProps) => <Link {...props} className={look} />;

/** To the API reference, which is a page of its own and none of the dashboard's. */
export const ReferenceLink = () => (
  <a href="/docs" className={look}>
    {t.reference}
  </a>
);
