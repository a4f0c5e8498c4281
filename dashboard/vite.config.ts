import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [tanstackRouter({ target: "react", autoCodeSplitting: true }), react(), tailwindcss()],
  // Texts come in one language to a build; another language is another folder of the same types.
  resolve: { alias: { "~texts": folder("./src/i18n/en"), "~": folder("./src") } },
  build: {
    // Below a folder that is always there, so that functions/web knows what to watch.
    outDir: "dist/site",
    emptyOutDir: true,
    // The policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
    manifest: true,
  },
  // `npm run dev` beside `make run`; another address in STEWARD. The API reference is there once it is built.
  server: {
    proxy: { "^/(v1|mails|docs)": { target: process.env.STEWARD ?? "http://localhost:8700", changeOrigin: true } },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
