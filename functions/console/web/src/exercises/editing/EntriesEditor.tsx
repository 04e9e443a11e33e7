// The entries of an ordering, as they stand in right order.
import { ArrowDown, ArrowUp, Plus } from "lucide-react";
import { useWords } from "../../language/language";
import type { Question } from "../kinds";
import { freeId, moved, replacedAt, without } from "./edits";
import { RemoveButton } from "./RemoveButton";
import { WORDS } from "./words";

type Ordering = Extract<Question, { type: "ordering" }>;

interface Props {
  question: Ordering;
  onChange: (question: Ordering) => void;
}

const FEWEST = 2;

export function EntriesEditor({ question, onChange }: Props) {
  const words = useWords(WORDS);
  const { entries } = question;
  const set = (next: Ordering["entries"]) => onChange({ ...question, entries: next });
  return (
    <fieldset className="field">
      <legend className="label">{words.entries}</legend>
      {entries.map((entry, at) => (
        <div key={entry.id} className="exercises-edit-row">
          <span className="soft">{at + 1}.</span>
          <input
            required
            dir="auto"
            aria-label={words.entry(at + 1)}
            value={entry.text}
            onChange={(event) => set(replacedAt(entries, at, { text: event.target.value }))}
          />
          <button
            type="button"
            className="plain small"
            aria-label={words.up(at + 1)}
            disabled={at === 0}
            onClick={() => set(moved(entries, at, at - 1))}
          >
            <ArrowUp aria-hidden />
          </button>
          <button
            type="button"
            className="plain small"
            aria-label={words.down(at + 1)}
            disabled={at === entries.length - 1}
            onClick={() => set(moved(entries, at, at + 1))}
          >
            <ArrowDown aria-hidden />
          </button>
          <RemoveButton
            label={words.remove(words.entry(at + 1))}
            disabled={entries.length <= FEWEST}
            onClick={() => set(without(entries, at))}
          />
        </div>
      ))}
      <button
        type="button"
        className="small exercises-start"
        onClick={() => set([...entries, { id: freeId(entries), text: "" }])}
      >
        <Plus aria-hidden />
        {words.addEntry}
      </button>
    </fieldset>
  );
}
