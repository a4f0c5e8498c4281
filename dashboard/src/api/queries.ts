import { QueryClient } from "@tanstack/react-query";
import { type ApiError, apiError } from "./error";
import { client } from "./generated/client.gen";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: ApiError;
  }
}

client.interceptors.error.use((error, answer) => apiError(error, answer));

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => error.retryable && failures < 2,
      refetchOnWindowFocus: true,
    },
  },
});
