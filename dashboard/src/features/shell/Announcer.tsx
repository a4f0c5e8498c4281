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
        // Once the page is seen: focus works out all of its layout, for which whoever pressed a link would wait. The page
        // sets its title in an effect of its own.
        requestAnimationFrame(() =>
          setTimeout(() => {
            document.getElementById("content")?.focus({ preventScroll: true });
            announce(document.title);
          }),
        );
      }),
    [router],
  );
  return null;
}
