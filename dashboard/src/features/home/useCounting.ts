import { useEffect, useRef, useState } from "react";

const STEP_MS = 700;

/** A number that grows to its new value instead of jumping, unless less motion is wanted. */
export function useCounting(to: number): number {
  const [shown, setShown] = useState(to);
  const from = useRef(to);
  useEffect(() => {
    const start = from.current;
    if (start === to || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      from.current = to;
      setShown(to);
      return;
    }
    const began = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const part = Math.min(1, (now - began) / STEP_MS);
      from.current = Math.round(start + (to - start) * (1 - (1 - part) ** 3));
      setShown(from.current);
      if (part < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [to]);
  return shown;
}
