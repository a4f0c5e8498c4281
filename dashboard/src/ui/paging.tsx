import { common } from "~texts/common";
import { Button } from "./button";

/** How lists are paged: each page says where the next one begins, and the last one nothing. */
export const paged = {
  initialPageParam: {},
  getNextPageParam: (page: { next_cursor?: string | null }): string | undefined => page.next_cursor ?? undefined,
};

interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** The way to a list's next page, where there is one. A last page may be empty: `rest` says when nothing can be on it. */
export function More({ of: list, rest = true }: { of: Paged; rest?: boolean }) {
  if (!list.hasNextPage || !rest) return null;
  return (
    <div>
      <Button onClick={() => list.fetchNextPage()} busy={list.isFetchingNextPage}>
        {common.more}
      </Button>
    </div>
  );
}
