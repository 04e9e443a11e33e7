// All documents: filters, selection, the list.
import { RefreshCw } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { asFailure } from "../../api/failure";
import { useWords } from "../../language/language";
import { ErrorNote, Loading } from "../../ui/feedback";
import type { Filter } from "../library/pages";
import { titled } from "../library/titled";
import { useDocuments } from "../library/useDocuments";
import { useLibrary } from "../library/useLibrary";
import { Uploads } from "../uploads/Uploads";
import { WORDS } from "../words";
import { DocumentList } from "./DocumentList";
import { Filters } from "./Filters";
import { NoDocuments } from "./NoDocuments";
import { SelectionBar } from "./SelectionBar";
import { useSelection } from "./useSelection";

const STALE_MS = 10_000;

export function LibraryPage({ upload }: { upload: ReactNode }) {
  const words = useWords(WORDS);
  const [filter, setFilter] = useState<Filter>({});
  const [search, setSearch] = useState("");
  const list = useDocuments(filter);
  const head = useHead(filter, list.dataUpdatedAt);
  const shown = useMemo(() => titled(list.documents, search), [list.documents, search]);
  const selection = useSelection(shown);
  const isFiltered = search !== "" || filter.status !== undefined || filter.kind !== undefined;
  const reset = () => {
    setFilter({});
    setSearch("");
  };
  return (
    <div className="part">
      <header className="documents-head">
        <div>
          <h1>{words.documents}</h1>
          <p>{words.about}</p>
        </div>
        {upload}
      </header>
      <Uploads />
      <div className="stack">
        <div className="documents-tools">
          <Filters filter={filter} onFilter={setFilter} search={search} onSearch={setSearch} list={list} />
          <button type="button" aria-label={words.refresh} disabled={head.isBusy} onClick={head.refresh}>
            <RefreshCw aria-hidden /> <span>{words.refresh}</span>
          </button>
        </div>
        {selection.chosen.length > 0 && <SelectionBar selection={selection} />}
        {head.error && <ErrorNote error={head.error} onRetry={head.refresh} />}
        {list.isPending && <Loading />}
        {!list.isPending && shown.length === 0 && !list.hasNextPage && !list.error && (
          <NoDocuments isFiltered={isFiltered} onReset={reset} />
        )}
        <DocumentList documents={shown} list={list} isSearch={search !== ""} selection={selection} />
        {list.error && <ErrorNote error={list.error} onRetry={() => list.fetchNextPage()} />}
      </div>
    </div>
  );
}

/** The newest documents are asked for when the page is opened or looked at again, and on demand. */
function useHead(filter: Filter, loadedAt: number) {
  const library = useLibrary();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const refresh = async () => {
    setIsBusy(true);
    setError(null);
    await library.refresh(filter).catch((failed: unknown) => setError(asFailure(failed)));
    setIsBusy(false);
  };
  const isStale = () => loadedAt > 0 && Date.now() - loadedAt > STALE_MS && !document.hidden;
  // biome-ignore lint/correctness/useExhaustiveDependencies: not whenever something changes, only when it is opened
  useEffect(() => {
    const look = () => isStale() && library.refresh(filter).catch(() => undefined);
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [filter, library]);
  return { isBusy, error, refresh };
}
