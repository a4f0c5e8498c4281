import { useEffect, useState } from "react";

/** A person types this long before what they typed is asked for. */
const TYPING_MS = 300;

/** What is typed, once nobody typed on for a moment. */
export function useSettled(typed: string): string {
  const [settled, settle] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => settle(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}
