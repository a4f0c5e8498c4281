/** A path of ours to go on to after signing in; the first page for anything else. */
export function ownPath(to: unknown): string {
  if (typeof to !== "string" || !to.startsWith("/")) return "/";
  const url = new URL(to, location.origin);
  return url.origin === location.origin ? url.pathname + url.search + url.hash : "/";
}

/** The company that a mail's link names, and its address without that. */
export function companyOf(href: string): { company: string | null; to: string } {
  const url = new URL(href, location.origin);
  const company = url.searchParams.get("company");
  url.searchParams.delete("company");
  return { company, to: url.pathname + url.search + url.hash };
}

/** The one-time token of a mail's link. It stands behind `#`, which reaches no server and no log. */
export const linkToken = (): string => new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
