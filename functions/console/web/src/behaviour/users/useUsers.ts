// The users whose logs are kept, a page at a time.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answered, api, type Schemas } from "../../api/client";

export type UserLog = Schemas["UserLog"];
export const USERS = ["behaviour", "users"];
const PAGE = 100;

export function useUsers() {
  const query = useInfiniteQuery({
    queryKey: USERS,
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/v1/behaviors/users", {
          params: { query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  const users = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { ...query, users };
}
