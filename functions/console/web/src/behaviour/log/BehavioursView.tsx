// One user's log: its summary, its rows, tags of its names; and its deletion.
import { useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { answered, api } from "../../api/client";
import { useWords } from "../../language/language";
import { ErrorNote, Loading, Note } from "../../ui/feedback";
import { useUndoable } from "../../ui/toasts";
import { LogTable } from "./LogTable";
import { SummaryCard } from "./SummaryCard";
import { TagCard } from "./TagCard";
import { useBehaviours } from "./useBehaviours";
import { WORDS } from "./words";

export function BehavioursView({ user, onGone }: { user: string; onGone: () => void }) {
  const words = useWords(WORDS);
  const log = useBehaviours(user);
  const { isGoing, remove } = useRemoval(user, onGone);
  if (log.isPending) return <Loading />;
  if (log.error && log.rows.length === 0) return <ErrorNote error={log.error} onRetry={log.refetch} />;
  if (isGoing) return <Note tone="warn">{words.removing}</Note>;
  return (
    <div className="stack loose">
      <SummaryCard user={user} />
      <div className="stack">
        <LogTable log={log} />
        {log.isFetchingNextPage && <Loading what={words.loadingMore} />}
      </div>
      <TagCard rows={log.rows} />
      <div className="row">
        <button type="button" className="danger" onClick={remove}>
          <Trash2 aria-hidden />
          {words.remove}
        </button>
        <span className="soft small">{words.removeHint}</span>
      </div>
    </div>
  );
}

function useRemoval(user: string, onGone: () => void) {
  const words = useWords(WORDS);
  const queries = useQueryClient();
  const undoable = useUndoable();
  const [isGoing, setIsGoing] = useState(false);
  const gone = async () => {
    await answered(api.DELETE("/api/v1/behaviors/{user_id}", { params: { path: { user_id: user } } }));
    onGone();
    queries.removeQueries({ queryKey: ["behaviour", "rows", user] });
    queries.removeQueries({ queryKey: ["behaviour", "events", user] });
    await queries.invalidateQueries({ queryKey: ["behaviour"] });
  };
  const remove = () =>
    undoable({
      text: words.removed(user),
      hide: () => setIsGoing(true),
      show: () => setIsGoing(false),
      act: gone,
    });
  return { isGoing, remove };
}
