import { useEffect, useState } from "react";
import { linkToken } from "~/lib/link";

/**
 * The token of the mail's link that this page was opened with. One that is pasted into the address bar of the page that
 * stands already counts too, though nothing is loaded anew for it.
 */
export function useLinkToken(): string {
  const [token, setToken] = useState(linkToken);
  useEffect(() => {
    const pasted = () => setToken((before) => linkToken() || before);
    addEventListener("hashchange", pasted);
    return () => removeEventListener("hashchange", pasted);
  }, []);
  return token;
}
