// A document's chunks in their order: only those in sight are in the page.
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef } from "react";
import { useWords } from "../../language/language";
import { useTop } from "../list/useTop";
import type { Span } from "../spans";
import { WORDS } from "../words";
import { ChunkCard } from "./ChunkCard";
import type { Chunk, LoadedChunks } from "./useChunks";

const AHEAD = 10; // chunks before the end at which more are loaded
const SETTLING_FRAMES = 12; // while chunks that come into sight are measured, their neighbours move

interface Props {
  loaded: LoadedChunks;
  /** The quoted passage, once its chunk is loaded; -1 if there is none. */
  target: number;
  span: Span | null;
  /** Another number is another wish to see the passage. */
  jump: number;
}

export function ChunkList({ loaded, target, span, jump }: Props) {
  const words = useWords(WORDS);
  const { chunks } = loaded;
  const box = useRef<HTMLOListElement>(null);
  const rows = useWindowVirtualizer({
    count: chunks.length,
    estimateSize: (index) => guessed(chunks[index]),
    getItemKey: useCallback((index: number) => chunks[index]?.chunk_id ?? index, [chunks]), // else all are measured anew
    overscan: 3,
    scrollMargin: useTop(box),
  });
  const items = rows.getVirtualItems();
  const { hasNextPage, isFetching, isError, fetchNextPage } = loaded;
  const isNear = (items.at(-1)?.index ?? 0) >= chunks.length - AHEAD;
  const isDue = isNear && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (isDue) fetchNextPage();
  }, [isDue, fetchNextPage]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `jump` asks for it again; the rows change all the time
  useEffect(() => {
    if (target === -1) return;
    rows.scrollToIndex(target, { align: "start" });
    return settle(() => box.current?.querySelector<HTMLElement>(`[data-index="${target}"]`));
  }, [target, jump]);

  return (
    <ol
      ref={box}
      className="documents-chunks"
      aria-label={words.text}
      style={{ height: rows.getTotalSize() }}
    >
      {items.map(({ index, key, start }) => {
        const chunk = chunks[index];
        if (!chunk) return null;
        return (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            tabIndex={-1}
            aria-setsize={hasNextPage ? -1 : chunks.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start - rows.options.scrollMargin}px)` }}
          >
            <ChunkCard chunk={chunk} isTarget={index === target} span={index === target ? span : null} />
          </li>
        );
      })}
    </ol>
  );
}

/** Brings the passage to the middle of the window, and the focus to its chunk. */
function settle(find: () => HTMLElement | null | undefined): () => void {
  let left = SETTLING_FRAMES;
  let frame = 0;
  const step = () => {
    const chunk = find();
    if (chunk) (chunk.querySelector("mark") ?? chunk).scrollIntoView({ block: "center" });
    if (chunk && chunk !== document.activeElement) chunk.focus({ preventScroll: true });
    if (--left > 0) frame = requestAnimationFrame(step);
  };
  frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}

/** Pixels, before it is measured: lines of some ninety characters. */
function guessed(chunk: Chunk | undefined): number {
  return 80 + 25 * Math.ceil((chunk?.text.length ?? 0) / 90);
}
