import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/error";
import { queries } from "./api/queries";
import { watchFiles } from "./lib/gone";
import { router } from "./router";

watchFiles();
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
// A refusal that a page shows is no bug of ours.
const onCaughtError = (error: unknown) => error instanceof ApiError || console.error(error);
createRoot(root, { onCaughtError }).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
