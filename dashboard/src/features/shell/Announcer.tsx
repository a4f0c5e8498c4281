import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { announce } from "~/ui/toast";

/** After going to another page: the focus moves to its content, and its title is said. */
export function Announcer() {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ pathChanged, fromLocation }) => {
        if (!pathChanged || !fromLocation) return;
        document.getElementById("content")?.focus({ preventScroll: true });
        // The page sets its title in an effect of its own.
        setTimeout(() => announce(document.title));
      }),
    [router],
  );
  return null;
}
