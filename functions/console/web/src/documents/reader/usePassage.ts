// A quoted passage's chunk: its id says nothing of its place, so the document is paged through until it is found.
import { useEffect, useMemo, useState } from "react";
import type { LoadedChunks } from "./useChunks";

export type Passage =
  | { is: "none" }
  | { is: "gone" }
  | { is: "looking"; stop: () => void }
  | { is: "left"; resume: () => void }
  | { is: "found"; index: number };

export function usePassage(loaded: LoadedChunks, chunkId: string | undefined): Passage {
  const { chunks, hasNextPage, isFetching, isSuccess, isError, fetchNextPage } = loaded;
  const [left, setLeft] = useState("");
  const index = useMemo(() => chunks.findIndex(({ chunk_id }) => chunk_id === chunkId), [chunks, chunkId]);
  const isWanted = chunkId !== undefined && index === -1;
  const isLooking = isWanted && left !== chunkId && hasNextPage && !isError;

  useEffect(() => {
    if (isLooking && !isFetching) fetchNextPage();
  }, [isLooking, isFetching, fetchNextPage]);

  if (index !== -1) return { is: "found", index };
  if (!isWanted || !isSuccess) return { is: "none" };
  if (isLooking) return { is: "looking", stop: () => setLeft(chunkId) };
  return hasNextPage ? { is: "left", resume: () => setLeft("") } : { is: "gone" };
}
