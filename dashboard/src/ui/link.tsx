import { Link, type LinkProps, type NavigateOptions, useRouter } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { common as t } from "~texts/common";

const look = "text-accent underline underline-offset-4";

/** A link in running text. */
export const TextLink = (props: LinkProps) => <Link {...props} className={look} />;

type Place = Pick<LinkProps, "to" | "params" | "search">;
type Anchor = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href" | "onClick">;

/**
 * A link of a long list. A `Link` asks at every change of page whether it leads there, and a hundred of them hold up
 * whoever pressed one; this only leads.
 */
export function ListLink({ to, params, search, ...rest }: Place & Anchor) {
  const router = useRouter();
  const place = { to, params, search } as NavigateOptions;
  const go = (event: MouseEvent) => {
    // Another tab, another window, the other buttons: those are the browser's.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.navigate(place);
  };
  // What a page needs is asked for once somebody means to go there.
  const prepare = () => void router.preloadRoute(place).catch(() => undefined);
  return (
    <a {...rest} href={router.buildLocation(place).href} onClick={go} onMouseEnter={prepare} onFocus={prepare}>
      {rest.children}
    </a>
  );
}

/** The same in running text. */
export const ListTextLink = (props: Omit<Parameters<typeof ListLink>[0], "className">) => (
  <ListLink {...props} className={look} />
);

/** To the API reference, which is a page of its own and none of the dashboard's. */
export const ReferenceLink = () => (
  <a href="/docs" className={look}>
    {t.reference}
  </a>
);
