import { useEffect, useRef, useState } from "react";
import { type ApiError, apiError } from "~/api/error";

/** Does something when the page opens, once, though React may mount it twice; what went wrong, if anything. */
export function useOnce(act: () => Promise<unknown>): ApiError | undefined {
  const [error, setError] = useState<ApiError>();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    act().catch((thrown) => setError(apiError(thrown)));
  });
  return error;
}
