import { useRef, useState } from "react";
import { toastError } from "./toast";

/** Runs something a button does: once at a time, and says why where it did not succeed. */
export function useAct<A extends unknown[]>(
  act: (...args: A) => Promise<unknown>,
): [run: (...args: A) => void, busy: boolean] {
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const run = (...args: A) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    act(...args)
      .catch(toastError)
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  };
  return [run, busy];
}
