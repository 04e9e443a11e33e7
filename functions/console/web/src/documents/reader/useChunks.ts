import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answered, api, type Schemas } from "../../api/client";
import { chunksKey } from "../library/useDocuments";

const PAGE = 100; // the most that the API gives at a time

export type Chunk = Schemas["IndexedChunk"];

function chunksOf(id: string, cursor: number, signal: AbortSignal): Promise<Schemas["Chunks"]> {
  const params = { path: { document_id: id }, query: { limit: PAGE, cursor } };
  return answered(api.GET("/api/v1/documents/{document_id}/chunks", { params, signal }));
}

/** What was indexed of a document, in its order, page by page. They change with a parse only. */
export function useChunks(id: string) {
  const query = useInfiniteQuery({
    queryKey: chunksKey(id),
    queryFn: ({ pageParam, signal }) => chunksOf(id, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: ({ next_cursor }) => (next_cursor === null ? null : Number(next_cursor)),
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  const chunks = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  return { ...query, chunks };
}

export type LoadedChunks = ReturnType<typeof useChunks>;
