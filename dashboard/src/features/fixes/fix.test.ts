import { expect, test } from "vitest";
import type { FixState, FixView, Tally } from "~/api/generated/types.gen";
import { moving, retryKey, standing, undoKey } from "./fix";
import { keyOf } from "./preview";

const tally = (some: Partial<Tally>): Tally => ({ open: 0, done: 0, failed: 0, skipped: 0, pending: 0, ...some });
const fix = (state: FixState, some: Partial<Tally> = {}, undone?: Partial<Tally>): FixView =>
  ({
    fix: "fix_1",
    state,
    tally: tally(some),
    undo_tally: undone && tally(undone),
    ended_at: "2026-11-21T10:00:00Z",
  }) as FixView;

test("what was done only in part is not called done", () => {
  expect(standing(fix("finished", { done: 3 }))).toEqual({ word: "Done", tone: "good" });
  expect(standing(fix("finished", { done: 3, failed: 1 }))).toEqual({ word: "Partly done", tone: "warn" });
  expect(standing(fix("finished", { done: 3, pending: 1 })).tone).toBe("warn");
  expect(standing(fix("finished", { failed: 1 })).word).toBe("Not done");
  expect(standing(fix("undone", { done: 2 }, { done: 1, failed: 1 })).word).toBe("Partly undone");
});

test("only what goes on by itself is asked for again", () => {
  const states: FixState[] = [
    "scheduled",
    "queued",
    "running",
    "finished",
    "cancelled",
    "undo_queued",
    "undoing",
    "undone",
  ];
  expect(states.filter((state) => moving(fix(state)))).toEqual(["queued", "running", "undo_queued", "undoing"]);
});

test("an act has one key as long as the fix is where it was", () => {
  const first = fix("finished", { done: 1 });
  expect(undoKey(first)).toEqual(undoKey({ ...first }));
  expect(undoKey(first)).not.toEqual(retryKey(first));
  expect(undoKey(first)).not.toEqual(undoKey({ ...first, ended_at: "2026-11-21T11:00:00Z" }));
});

test("a preview has one key, and another preview another", () => {
  expect(keyOf({ preview_token: "abc", accept: [] })).toBe(
    keyOf({ preview_token: "abc", accept: ["G3"], confirm: "2" }),
  );
  expect(keyOf({ preview_token: "abc", accept: [] })).not.toBe(keyOf({ preview_token: "abd", accept: [] }));
});
