// What theme.js reads before the first paint.
import { forget, keep } from "~/lib/kept";

export type Theme = "system" | "light" | "dark";
const KEY = "steward-theme";

export function theme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

export function setTheme(to: Theme): void {
  if (to === "system") {
    delete document.documentElement.dataset.theme;
    forget(KEY, "machine");
  } else {
    document.documentElement.dataset.theme = to;
    keep(KEY, to, "machine");
  }
}
