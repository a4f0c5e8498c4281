import type { CreateClientConfig } from "./generated/client.gen";
import { accessToken, authorizedFetch } from "./session";

/** Same origin, and our own fetch, which keeps the session. */
export const createClientConfig: CreateClientConfig = (config) => ({
  ...config,
  baseUrl: "",
  // Many operations take an API key instead, which a browser never has.
  auth: ({ type }) => (type === "http" ? accessToken() : undefined),
  fetch: authorizedFetch,
  headers: { "x-steward-client": "browser" },
});
