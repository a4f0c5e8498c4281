import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { fixesGetOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { FixId, FixView } from "~/api/generated/types.gen";
import { pacer } from "~/lib/pace";
import { announce } from "~/ui/toast";
import { changes as t } from "~texts/changes";

const FIRST_MS = 1000;

/** Whether something happens by itself. */
export const moving = ({ state }: FixView): boolean => ["queued", "running", "undo_queued", "undoing"].includes(state);

/** One for each state a fix can be acted on in: what was asked for it once is not asked for it again. */
const keyOf = (act: "undo" | "retry", { fix, ended_at }: FixView): Record<"Idempotency-Key", string> => ({
  "Idempotency-Key": `${act}-${fix}-${ended_at ?? ""}`,
});
export const undoKey = (fix: FixView) => keyOf("undo", fix);
export const retryKey = (fix: FixView) => keyOf("retry", fix);

/** A fix, asked for again while it goes on: soon at first, then more seldom. All else is asked again when it ended. */
export function useFix(id: FixId) {
  const [wait] = useState(() => pacer(FIRST_MS));
  const fix = useQuery({
    ...fixesGetOptions({ path: { fix: id } }),
    refetchInterval: ({ state }) => wait(state.data !== undefined && moving(state.data), state),
  });
  const queries = useQueryClient();
  const was = useRef(false);
  const now = fix.data ? moving(fix.data) : undefined;
  const headline = fix.data?.headline ?? "";
  useEffect(() => {
    if (was.current && now === false) {
      announce(t.one.finished(headline));
      queries.invalidateQueries();
    }
    if (now !== undefined) was.current = now;
  }, [now, headline, queries]);
  return fix;
}

/** How it stands, in a word and a tone: what was done only in part is not called done. */
export function standing(fix: FixView): { word: string; tone: "good" | "warn" | "quiet" } {
  const { state, tally, undo_tally } = fix;
  if (state === "finished") {
    if (tally.done === 0) return { word: t.notDone, tone: "warn" };
    return tally.failed + tally.pending > 0
      ? { word: t.partly, tone: "warn" }
      : { word: t.states.finished, tone: "good" };
  }
  if (state === "undone" && undo_tally && undo_tally.failed + undo_tally.pending > 0) {
    return { word: t.partlyUndone, tone: "warn" };
  }
  return { word: t.states[state], tone: "quiet" };
}
