// What belongs together, and what is offered besides.
import { Plus } from "lucide-react";
import { useWords } from "../../language/language";
import type { Question } from "../kinds";
import { freeId, replacedAt, without } from "./edits";
import { Lines } from "./Lines";
import { RemoveButton } from "./RemoveButton";
import { WORDS } from "./words";

type Matching = Extract<Question, { type: "matching" }>;

interface Props {
  question: Matching;
  onChange: (question: Matching) => void;
}

const FEWEST = 2;

/** The ids of right sides are dealt anew by the server, so that they say nothing. */
export function PairsEditor({ question, onChange }: Props) {
  const words = useWords(WORDS);
  const { pairs, distractors } = question;
  const set = (next: Matching["pairs"]) => onChange({ ...question, pairs: next });
  return (
    <>
      <fieldset className="field">
        <legend className="label">{words.pairs}</legend>
        {pairs.map((pair, at) => (
          <div key={pair.id} className="exercises-edit-row">
            <input
              required
              dir="auto"
              aria-label={words.left(at + 1)}
              value={pair.left}
              onChange={(event) => set(replacedAt(pairs, at, { left: event.target.value }))}
            />
            <input
              required
              dir="auto"
              aria-label={words.right(at + 1)}
              value={pair.right}
              onChange={(event) => set(replacedAt(pairs, at, { right: event.target.value }))}
            />
            <RemoveButton
              label={words.remove(words.pair(at + 1))}
              disabled={pairs.length <= FEWEST}
              onClick={() => set(without(pairs, at))}
            />
          </div>
        ))}
        <button
          type="button"
          className="small exercises-start"
          onClick={() => set([...pairs, { id: freeId(pairs), left: "", right: "", right_id: "" }])}
        >
          <Plus aria-hidden />
          {words.addPair}
        </button>
      </fieldset>
      <Lines
        label={words.distractors}
        lines={distractors.map(({ text }) => text)}
        onChange={(texts) => onChange({ ...question, distractors: texts.map((text) => ({ id: "", text })) })}
      />
    </>
  );
}
