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
        const pressed = document.activeElement;
        // Once the page is seen: focus works out all of its layout, for which whoever pressed a link would wait. The page
        // sets its title in an effect of its own.
        requestAnimationFrame(() =>
          setTimeout(() => {
            // Whoever has gone on meanwhile, into a menu say, is left there.
            const now = document.activeElement;
            if (now === pressed || now === document.body) {
              document.getElementById("content")?.focus({ preventScroll: true });
            }
            announce(document.title);
          }),
        );
      }),
    [router],
  );
  return null;
}
