import { QueryClient } from "@tanstack/react-query";
import { type ApiError, apiError } from "./error";
import { accountsMeOptions } from "./generated/@tanstack/react-query.gen";
import { client } from "./generated/client.gen";

const ME = "/v1/me";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: ApiError;
  }
}

client.interceptors.error.use((thrown, answer, _request, { url }) => {
  const error = apiError(thrown, answer);
  // The company stands otherwise than the page thinks: what it shows of that, and which buttons work, follows.
  if (error.code === "tenant_closed" && url !== ME) {
    queries.invalidateQueries({ queryKey: accountsMeOptions().queryKey });
  }
  return error;
});

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => error.retryable && failures < 2,
      refetchOnWindowFocus: true,
    },
  },
});
