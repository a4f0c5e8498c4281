// Before the first paint: the theme that was chosen here, or the machine's. A classic script of its own, because the
// policy allows nothing inline.
(() => {
  try {
    const theme = JSON.parse(localStorage.getItem("steward-theme"));
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage, or nothing that reads: the machine's theme.
  }
})();
