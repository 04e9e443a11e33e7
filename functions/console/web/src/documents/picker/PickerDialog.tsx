import { FileText } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useWords } from "../../language/language";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import type { Choice } from "../DocumentPicker";
import type { Filter } from "../library/pages";
import { titled } from "../library/titled";
import { useDocuments } from "../library/useDocuments";
import { useLibrary } from "../library/useLibrary";
import { PickerList } from "./PickerList";
import { WORDS } from "./words";

const READY: Filter = { status: "ready" };

export function PickerDialog({ chosen, onChange, max, onClose }: Choice & { onClose: () => void }) {
  const words = useWords(WORDS);
  const [search, setSearch] = useState("");
  const list = useDocuments(READY);
  const { refresh } = useLibrary();
  useEffect(() => {
    refresh(READY).catch(() => undefined); // what was loaded before is shown meanwhile
  }, [refresh]);
  const found = useMemo(() => titled(list.documents, search), [list.documents, search]);
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <Dialog title={words.choose} onClose={onClose}>
      <div className="stack">
        <Field label={words.search} hint={words.searchHint(list.documents.length, list.hasNextPage)}>
          {(tied) => (
            <input
              {...tied}
              type="search"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          )}
        </Field>
        {list.isPending && <Loading />}
        {list.isSuccess && found.length === 0 && (
          <Nothing isSearch={search !== ""} hasMore={list.hasNextPage} />
        )}
        {found.length > 0 && (
          <PickerList
            documents={found}
            chosen={chosen}
            isFull={chosen.length >= (max ?? Infinity)}
            onToggle={toggle}
          />
        )}
        {list.error && <ErrorNote error={list.error} onRetry={() => list.fetchNextPage()} />}
        <div className="row spread">
          <span className="soft small" role="status">
            {words.count(chosen.length, max)}
          </span>
          <div className="row">
            {list.hasNextPage && (
              <button
                type="button"
                className="small"
                disabled={list.isFetchingNextPage}
                onClick={() => list.fetchNextPage()}
              >
                {list.isFetchingNextPage ? words.loadingMore : words.loadMore}
              </button>
            )}
            <button
              type="button"
              className="small"
              disabled={chosen.length === 0}
              onClick={() => onChange([])}
            >
              {words.none}
            </button>
            <button type="button" className="small primary" onClick={onClose}>
              {words.done}
            </button>
          </div>
        </div>
      </div>
    </Dialog>
  );
}

function Nothing({ isSearch, hasMore }: { isSearch: boolean; hasMore: boolean }) {
  const words = useWords(WORDS);
  if (isSearch || hasMore) return <p className="soft">{words.noMatch}</p>;
  return (
    <Empty icon={FileText} title={words.nothing}>
      <p>{words.nothingHint}</p>
    </Empty>
  );
}
