// The caller's documents, as they are loaded page by page and kept between the parts of the console.
// Nothing here asks for all pages again: at 10,000 documents that would be a hundred requests.
import { type QueryClient, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { answered, api } from "../../api/client";
import type { Filter, Page, StoredDocument } from "./pages";

const PAGE = 100; // the most that the API gives at a time

export const LISTS = ["documents", "list"] as const;
export const chunksKey = (id: string) => ["documents", "chunks", id] as const;
export const oneKey = (id: string) => ["documents", "one", id] as const;

export function pageOf(filter: Filter, cursor: string | null, signal?: AbortSignal): Promise<Page> {
  const query = { ...filter, limit: PAGE, ...(cursor ? { cursor } : {}) };
  return answered(api.GET("/api/v1/documents", { params: { query }, signal }));
}

export function documentOf(id: string, waitS: number, signal?: AbortSignal): Promise<StoredDocument> {
  const params = { path: { document_id: id }, query: waitS ? { wait: waitS } : {} };
  return answered(api.GET("/api/v1/documents/{document_id}", { params, signal }));
}

/** A list, newest first. It stays as it was loaded; `useLibrary` changes it. */
export function useDocuments(filter: Filter) {
  const query = useInfiniteQuery({
    queryKey: [...LISTS, filter],
    queryFn: ({ pageParam, signal }) => pageOf(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false, // compares every document with its former self
  });
  const documents = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  // A filtered page may be empty although more follows.
  const isBlank = documents.length === 0 && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (isBlank) fetchNextPage();
  }, [isBlank, fetchNextPage]);
  return { ...query, documents };
}

/** One document; at first as a list has it, if one does. */
export function useDocument(id: string) {
  const client = useQueryClient();
  return useQuery<StoredDocument>({
    queryKey: oneKey(id),
    queryFn: ({ signal }) => documentOf(id, 0, signal),
    placeholderData: () => listed(client, id),
  });
}

/** One document as far as it matters what it is called: not asked for if a list has it. */
export function useKnownDocument(id: string) {
  const client = useQueryClient();
  return useQuery<StoredDocument>({
    queryKey: oneKey(id),
    queryFn: ({ signal }) => listed(client, id) ?? documentOf(id, 0, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function listed(client: QueryClient, id: string): StoredDocument | undefined {
  for (const [, list] of client.getQueriesData<{ pages: Page[] }>({ queryKey: LISTS })) {
    for (const page of list?.pages ?? []) {
      const found = page.items.find((document) => document.id === id);
      if (found) return found;
    }
  }
}
