// Finding the chunk that holds a place of a document's text.
import type { Schemas } from "../../api/client";

/** A quote, and where it stands in its document's text, in code points. */
export type Place = Pick<Schemas["Place"], "document_id" | "quote" | "start" | "end">;
export type Chunk = Pick<Schemas["IndexedChunk"], "chunk_id" | "position" | "text" | "start" | "end">;
export type ChunkAt = (position: number) => Promise<Chunk | undefined>;

/** Chunks are in the text's order, so a dozen of them are looked at, not all. */
export async function chunkWith(place: number, count: number, chunkAt: ChunkAt): Promise<Chunk | undefined> {
  let [low, high] = [0, count - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const chunk = await chunkAt(middle);
    if (!chunk) return undefined;
    if (place < chunk.start) high = middle - 1;
    else if (place >= chunk.end) low = middle + 1;
    else return chunk;
  }
  return undefined;
}

/** Where the quote begins and ends in the chunk's text, in code points, as far as it is in this chunk. */
export function within(chunk: Chunk, { quote, start, end }: Place): [number, number] | null {
  const found = chunk.text.indexOf(quote);
  if (found >= 0) {
    const before = [...chunk.text.slice(0, found)].length;
    return [before, before + [...quote].length];
  }
  const length = chunk.end - chunk.start;
  return [...chunk.text].length === length
    ? [start - chunk.start, Math.min(end - chunk.start, length)]
    : null;
}
