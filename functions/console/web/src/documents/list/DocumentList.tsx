// The list: only the rows in sight are in the page, further documents are loaded as one comes near them, and
// only what is in sight is followed.
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import type { StoredDocument } from "../library/pages";
import { useActions } from "../library/useActions";
import type { useDocuments } from "../library/useDocuments";
import { useFollowing } from "../library/useFollowing";
import { WORDS } from "../words";
import { DocumentRow } from "./DocumentRow";
import { useKeptScroll } from "./useKeptScroll";
import type { Selection } from "./useSelection";
import { useTop } from "./useTop";

const ROW_PX = 76; // a guess; each is measured when it is shown
const AHEAD = 20; // rows before the end at which more are loaded

interface Props {
  documents: readonly StoredDocument[];
  list: ReturnType<typeof useDocuments>;
  isSearch: boolean;
  selection: Selection;
}

export function DocumentList({ documents, list, isSearch, selection }: Props) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const actions = useActions();
  const [ended, setEnded] = useState("");
  const box = useRef<HTMLUListElement>(null);
  const rows = useWindowVirtualizer({
    count: documents.length,
    estimateSize: () => ROW_PX,
    getItemKey: useCallback((index: number) => documents[index]?.id ?? index, [documents]), // else all are measured anew
    overscan: 6,
    scrollMargin: useTop(box),
  });
  const items = rows.getVirtualItems();
  const inSight = items.flatMap(({ index }) => documents[index] ?? []);
  useFollowing(inSight, ({ status, title }) =>
    setEnded(status === "ready" ? words.isReady(title) : words.hasFailed(title)),
  );
  useMore(list, !isSearch && (items.at(-1)?.index ?? 0) >= documents.length - AHEAD);
  useKeptScroll(documents.length > 0);
  return (
    <>
      <ul
        ref={box}
        className="documents-list"
        aria-label={words.list}
        style={{ height: rows.getTotalSize() }}
        hidden={documents.length === 0}
      >
        {items.map(({ index, key, start }) => {
          const document = documents[index];
          if (!document) return null;
          return (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              style={{ transform: `translateY(${start - rows.options.scrollMargin}px)` }}
            >
              <DocumentRow
                document={document}
                actions={actions}
                isSelected={selection.ids.has(document.id)}
                onSelect={selection.toggle}
              />
            </li>
          );
        })}
      </ul>
      {documents.length > 0 && (
        <p className="soft small row">
          {!isSearch && words.loaded(number(documents.length), list.hasNextPage)}
          {list.isFetchingNextPage && <span className="spinner" aria-hidden />}
        </p>
      )}
      <p className="hidden" role="status">
        {ended}
      </p>
    </>
  );
}

function useMore({ hasNextPage, isFetching, isError, fetchNextPage }: Props["list"], isNear: boolean): void {
  const isDue = isNear && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (isDue) fetchNextPage();
  }, [isDue, fetchNextPage]);
}
