import type { CreateClientConfig } from "./generated/client.gen";
import { accessToken, authorizedFetch } from "./session";

/** Same origin, and our own fetch, which keeps the session. */
export const createClientConfig: CreateClientConfig = (config) => ({
  ...config,
  baseUrl: "",
  auth: accessToken,
  fetch: authorizedFetch,
  headers: { "x-steward-client": "browser" },
});
