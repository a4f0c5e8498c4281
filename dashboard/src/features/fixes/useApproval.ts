import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { apiError } from "~/api/error";
import { fixesApply } from "~/api/generated/sdk.gen";
import type { Action, FindingId } from "~/api/generated/types.gen";
import { forget, keep, kept } from "~/lib/kept";
import { choiceName, isOpen, keyOf, type Sent, sentName } from "./preview";

/** Approves what was looked at, and keeps what was sent until its answer is here. */
export function useApproval(about: FindingId | Action) {
  const [sent, setSent] = useState<Sent | undefined>(() => kept(sentName(about)));
  const queries = useQueryClient();
  const navigate = useNavigate();
  const settled = () => {
    forget(sentName(about));
    setSent(undefined);
  };
  /** Goes to the change. Throws an `ApiError` where there is none, or where nobody knows yet. */
  const approve = async (approval: Sent) => {
    keep(sentName(about), approval);
    try {
      const { data } = await fixesApply({
        headers: { "Idempotency-Key": keyOf(approval.body) },
        body: approval.body,
      });
      settled();
      forget(choiceName(about));
      // In place of the preview: whoever goes back does not come to a button that was pressed already.
      await navigate({ to: "/changes/$fix", params: { fix: data.fix }, replace: true });
      await queries.invalidateQueries();
    } catch (thrown) {
      const error = apiError(thrown);
      if (isOpen(error)) setSent(approval);
      else settled();
      throw error;
    }
  };
  return { sent, approve };
}
