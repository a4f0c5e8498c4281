import type { CreateClientConfig } from "./generated/client.gen";
import { authorizedFetch } from "./session";

/** Same origin, and our own fetch, which keeps the session. Every failure is thrown as an `ApiError`. */
export const createClientConfig: CreateClientConfig = (config) => ({
  ...config,
  baseUrl: "",
  fetch: authorizedFetch,
  headers: { "x-steward-client": "browser" },
  throwOnError: true,
});
