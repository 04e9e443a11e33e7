// The caller's runs, page by page, with the newest of them kept up to date.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { answered, api } from "../../api/client";
import { goesOn, merged, type RunRecord } from "./records";

const PAGE = 50;
const NEWEST = 100;
const POLL_MS = 3_000; // only while something runs, and not while the tab is hidden
export const KEY = ["activity", "runs"];

export function useRuns() {
  const queries = useQueryClient();
  const pages = useInfiniteQuery({
    queryKey: [...KEY, "pages"],
    queryFn: ({ pageParam }) => page(PAGE, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor,
    staleTime: Number.POSITIVE_INFINITY, // thousands of runs aren't asked for again; the newest are
  });
  const newest = useQuery({
    queryKey: [...KEY, "newest"],
    queryFn: () => page(NEWEST),
    enabled: pages.isSuccess,
    initialData: () => pages.data?.pages[0],
    initialDataUpdatedAt: pages.dataUpdatedAt,
    refetchInterval: ({ state }) => (state.data?.items.some(goesOn) ? POLL_MS : false),
  });
  const runs = useMemo<RunRecord[]>(
    () => merged(...(pages.data?.pages ?? []).map((one) => one.items), newest.data?.items ?? []),
    [pages.data, newest.data],
  );
  return {
    runs,
    error: pages.error ?? newest.error,
    isLoading: pages.isPending,
    isRefreshing: newest.isFetching || pages.isRefetching,
    hasOlder: pages.hasNextPage,
    isLoadingOlder: pages.isFetchingNextPage,
    loadOlder: () => void pages.fetchNextPage(),
    refresh: () => void queries.invalidateQueries({ queryKey: [...KEY, "newest"] }),
    reload: () => void queries.resetQueries({ queryKey: KEY }),
  };
}

function page(limit: number, cursor = "") {
  const query = cursor ? { limit, cursor } : { limit };
  return answered(api.GET("/api/v1/runs", { params: { query } }));
}
