/** How lists are paged: each page says where the next one begins, and the last one nothing. */
export const paged = {
  initialPageParam: {},
  getNextPageParam: (page: { next_cursor?: string | null }): string | undefined => page.next_cursor ?? undefined,
};
