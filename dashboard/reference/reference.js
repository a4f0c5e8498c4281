// The API reference: Scalar, served from here, over the OpenAPI document of this very release. It asks nobody else for
// anything, and sends no requests of its own: what a key may do is tried where the key is.
import { createApiReference } from "/docs/scalar/standalone.esm.js";

/** What was chosen on the dashboard. Without it both the frame and Scalar follow the machine, also while it is open. */
const { theme } = document.documentElement.dataset;

createApiReference(document.getElementById("reference"), {
  url: "/docs/openapi.json",
  servers: [{ url: location.origin }],
  theme: "default",
  ...(theme && { forceDarkModeState: theme }),
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
