// All exercises, newest first, page by page.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { CalendarClock, FilePlus2, GraduationCap, ScanSearch, Upload } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { Link } from "wouter";
import { answered, api } from "../../api/client";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { PageHeader } from "../PageHeader";
import { dueQuery, LISTS } from "../queries";
import { WORDS as SHARED } from "../words";
import { ExerciseRow } from "./ExerciseRow";
import { Filters } from "./Filters";
import { asked, NO_FILTER, type Wanted } from "./filter";
import { ImportDialog } from "./ImportDialog";
import { WORDS } from "./words";

const PAGE = 20;
const REFRESH_MS = 5_000; // while an exercise on the list is being written

export function ListPage() {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const [importing, setImporting] = useState(false);
  const [wanted, setWanted] = useState<Wanted>(NO_FILTER);
  return (
    <>
      <PageHeader title={shared.exercises} about={words.lead}>
        <DueLink />
        <Link className="button" href="/exercises/analyse">
          <ScanSearch aria-hidden />
          {words.analyse}
        </Link>
        <button type="button" onClick={() => setImporting(true)}>
          <Upload aria-hidden />
          {words.import}
        </button>
        <Link className="button exercises-primary" href="/exercises/new">
          <FilePlus2 aria-hidden />
          {words.create}
        </Link>
      </PageHeader>
      <Filters wanted={wanted} onChange={setWanted} />
      <Results wanted={wanted} onClear={() => setWanted(NO_FILTER)} />
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  );
}

function DueLink() {
  const words = useWords(WORDS);
  const total = useQuery(dueQuery).data?.total ?? 0;
  return (
    <Link className="button" href="/exercises/learning">
      <CalendarClock aria-hidden />
      {total ? words.due(total) : words.learning}
    </Link>
  );
}

function Results({ wanted, onClear }: { wanted: Wanted; onClear: () => void }) {
  const words = useWords(WORDS);
  const settled = useDeferredValue(wanted);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const list = useInfiniteQuery({
    queryKey: [...LISTS, settled],
    queryFn: ({ pageParam: cursor, signal }) =>
      answered(
        api.GET("/api/v1/exercises", {
          params: { query: { limit: PAGE, ...asked(settled), ...(cursor && { cursor }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((one) => one.state === "generating")) && REFRESH_MS,
  });
  if (list.isPending) return <Loading />;
  if (list.isError) return <ErrorNote error={list.error} onRetry={() => void list.refetch()} />;
  const shown = list.data.pages.flatMap((page) => page.items).filter(({ id }) => !hidden.has(id));
  const hide = (id: string, isHidden: boolean) =>
    setHidden((before) => new Set(isHidden ? [...before, id] : [...before].filter((one) => one !== id)));
  if (!shown.length) return <Nothing isFiltered={settled !== NO_FILTER} onClear={onClear} />;
  return (
    <div className="stack" aria-busy={list.isFetching}>
      <ul className="exercises-list">
        {shown.map((exercise) => (
          <ExerciseRow key={exercise.id} exercise={exercise} hide={hide} />
        ))}
      </ul>
      {list.hasNextPage && (
        <button
          type="button"
          className="exercises-more"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {list.isFetchingNextPage && <span className="spinner" aria-hidden />}
          {words.more}
        </button>
      )}
    </div>
  );
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const words = useWords(WORDS);
  return (
    <Empty icon={GraduationCap} title={isFiltered ? words.noMatch : words.none}>
      <p>{isFiltered ? words.noMatchHint : words.noneHint}</p>
      {isFiltered ? (
        <button type="button" onClick={onClear}>
          {words.clear}
        </button>
      ) : (
        <Link className="button exercises-primary" href="/exercises/new">
          <FilePlus2 aria-hidden />
          {words.create}
        </Link>
      )}
    </Empty>
  );
}
