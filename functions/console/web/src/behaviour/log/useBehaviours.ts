// A user's behaviours, oldest first, a page at a time as they are scrolled to.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answered, api, type Schemas } from "../../api/client";

export type Behaviour = Schemas["ShownBehaviour"];

const PAGE = 200;

export function useBehaviours(user: string) {
  const query = useInfiniteQuery({
    queryKey: ["behaviour", "rows", user],
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/v1/behaviors", {
          params: { query: { user_id: user, limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, rows };
}
