import { queryOptions } from "@tanstack/react-query";
import type { ApiError } from "~/api/error";
import { fixesPreview } from "~/api/generated/sdk.gen";
import type { Action, Apply, FindingId, PersonId, PreviewView } from "~/api/generated/types.gen";

/** What of a finding is looked at. */
export interface Choice {
  /** Everybody in it when absent. */
  people?: PersonId[] | undefined;
  /** When to begin; at once when absent. */
  at?: string | undefined;
}

/** A dry run against Microsoft 365 as it is now: never answered from what was there before. */
export const previewOptions = (finding: FindingId | undefined, action: Action | undefined, { people, at }: Choice) =>
  queryOptions({
    queryKey: ["fixes-preview", finding, action, people, at],
    queryFn: async ({ signal }): Promise<PreviewView> =>
      (await fixesPreview({ body: { finding, action, people, at }, signal })).data,
    // What somebody is looking at stays as it is until they ask again.
    staleTime: "static",
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** An approval that was sent and not answered yet, kept so that asking again is the same approval. */
export interface Sent {
  headline: string;
  body: Apply;
}

/** What is kept of a preview is kept by its finding, or by what is done where that needs none. */
export const sentName = (about: FindingId | Action): string => `steward-sent-${about}`;
export const choiceName = (about: FindingId | Action): string => `steward-choice-${about}`;
/** Where to go on after an administrator agreed at Microsoft. */
export const RETURN = "steward-return";

/** One intention has one key: that of its preview, whose token is random from its first character on. */
export const keyOf = ({ preview_token }: Apply): string => `apply-${preview_token.slice(0, 40)}`;

/** Nobody knows whether what was sent arrived: the same may be asked again, and nothing else. */
export const isOpen = ({ retryable, status }: ApiError): boolean => retryable || status === 0;
