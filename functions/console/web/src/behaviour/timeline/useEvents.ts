// All events of a user: the pages are read one after the other, and shown as they come.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { answered, api, type Schemas } from "../../api/client";

export type FoundEvent = Schemas["Event"];

const PAGE = 1000;
const MOST = 50_000; // what a page can bear; more is for the export

export function useEvents(user: string) {
  const query = useInfiniteQuery({
    queryKey: ["behaviour", "events", user],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/v1/events", {
          params: { query: { user_id: user, limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page, pages) => (pages.length * PAGE < MOST ? page.next_cursor : null),
  });
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const events = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { events, error: query.error, refetch: query.refetch, isPending: query.isPending };
}
