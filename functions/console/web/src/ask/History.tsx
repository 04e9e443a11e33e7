// Earlier conversations, as this browser keeps them.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, MessagesSquare, Trash2 } from "lucide-react";
import { Link } from "wouter";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { Badge, Empty, ErrorNote, Loading } from "../ui/feedback";
import { useUndoable } from "../ui/toasts";
import { keep, type Title, take, titles } from "./kept";
import { KEPT } from "./useConversation";
import { WORDS } from "./words";

export function History({ store }: { store: string }) {
  const words = useWords(WORDS);
  const { data, error, isPending } = useQuery({ queryKey: [KEPT, store], queryFn: () => titles(store) });
  const remove = useRemoval(store);
  const shown = data ?? [];
  return (
    <div className="part ask-history">
      <header>
        <div>
          <h1>{words.earlier}</h1>
          <p>{words.onlyHere}</p>
        </div>
        <div className="row">
          <Link className="button small" href="/ask">
            <ArrowLeft aria-hidden />
            {words.back}
          </Link>
          {shown.length > 0 && (
            <button
              type="button"
              className="small danger"
              onClick={() => remove(shown, words.removedAll(shown.length))}
            >
              <Trash2 aria-hidden />
              {words.removeAll}
            </button>
          )}
        </div>
      </header>
      {isPending && <Loading />}
      {error && <ErrorNote error={error} />}
      {data && shown.length === 0 && (
        <Empty icon={MessagesSquare} title={words.nothingKept}>
          <p>{words.nothingKeptHint}</p>
        </Empty>
      )}
      <ul>
        {shown.map((one) => (
          <Row key={one.id} title={one} onRemove={() => remove([one], words.removed(one.title))} />
        ))}
      </ul>
    </div>
  );
}

function Row({ title, onRemove }: { title: Title; onRemove: () => void }) {
  const words = useWords(WORDS);
  const { time } = useFormats();
  return (
    <li>
      <Link href={`/ask/${title.id}`}>
        <span className="clip" dir="auto">
          {title.title}
        </span>
        <span className="soft small">
          {time(new Date(title.updatedAt).toISOString())} · {words.questions(title.turns)}
        </span>
      </Link>
      {title.isUnderWay && <Badge tone="accent">{words.underWay}</Badge>}
      <button type="button" className="plain small" aria-label={words.remove(title.title)} onClick={onRemove}>
        <Trash2 aria-hidden />
      </button>
    </li>
  );
}

/** Deletes at once, as a page that is closed could not do it later; what is undone is kept again. */
function useRemoval(store: string) {
  const queries = useQueryClient();
  const undoable = useUndoable();
  const changed = () => queries.invalidateQueries({ queryKey: [KEPT] });
  return async (removed: readonly Title[], text: string) => {
    const ids = removed.map(({ id }) => id);
    const taken = await take(store, ids);
    undoable({
      text,
      hide: changed,
      show: () => Promise.all(taken.map((one) => keep(store, one))).then(changed),
      act: async () => undefined,
    });
  };
}
