// The API reference: Scalar, served from here, over the OpenAPI document of this very release. It asks nobody else for
// anything, and sends no requests of its own: what a key may do is tried where the key is.
import { createApiReference } from "/docs/scalar/standalone.esm.js";

const { theme } = document.documentElement.dataset;
const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

createApiReference(document.getElementById("reference"), {
  url: "/docs/openapi.json",
  servers: [{ url: location.origin }],
  theme: "default",
  forceDarkModeState: dark ? "dark" : "light",
  hideDarkModeToggle: true,
  withDefaultFonts: false,
  telemetry: false,
  persistAuth: false,
  showDeveloperTools: "never",
  hideClientButton: true,
  hideTestRequestButton: true,
  documentDownloadType: "none",
  agent: { disabled: true },
  mcp: { disabled: true },
  operationTitleSource: "summary",
  defaultOpenFirstTag: false,
});
