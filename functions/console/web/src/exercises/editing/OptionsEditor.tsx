// The options of a choice: their texts, and which are right.
import { Plus } from "lucide-react";
import { useId } from "react";
import { useWords } from "../../language/language";
import type { Question } from "../kinds";
import { allRight, freeId, onlyRight, replacedAt, without } from "./edits";
import { RemoveButton } from "./RemoveButton";
import { WORDS } from "./words";

type Choice = Extract<Question, { type: "single_choice" | "multiple_choice" }>;
type Option = Choice["options"][number];

interface Props {
  question: Choice;
  onChange: (question: Choice) => void;
}

const FEWEST = 2;
const MOST = 10;

export function OptionsEditor({ question, onChange }: Props) {
  const words = useWords(WORDS);
  const { type, options } = question;
  const group = useId();
  const isSingle = type === "single_choice";
  const set = (next: Option[]) => onChange({ ...question, options: next });
  const rightOf = (list: readonly Option[]) =>
    new Set(list.filter(({ credit }) => credit > 0).map(({ id }) => id));
  /** Shares are counted anew where there are more or fewer options. */
  const resized = (next: Option[]) => set(isSingle ? next : allRight(next, rightOf(next)));
  const mark = (id: string, on: boolean) => {
    if (isSingle) return set(onlyRight(options, id));
    const ids = rightOf(options);
    if (on) ids.add(id);
    else ids.delete(id);
    set(allRight(options, ids));
  };
  const hasFeedback = options.some(({ feedback }) => feedback);
  return (
    <fieldset className="field">
      <legend className="label">{words.options}</legend>
      {options.map((option, at) => (
        <div key={option.id} className="exercises-edit-row">
          <input
            type={isSingle ? "radio" : "checkbox"}
            name={group}
            aria-label={words.isRight(option.id)}
            checked={option.credit > 0}
            onChange={(event) => mark(option.id, event.target.checked)}
          />
          <div className="stack grow exercises-tight">
            <input
              required
              dir="auto"
              maxLength={1_500}
              aria-label={words.option(option.id)}
              value={option.text}
              onChange={(event) => set(replacedAt(options, at, { text: event.target.value }))}
            />
            {hasFeedback && (
              <input
                dir="auto"
                aria-label={words.feedback(option.id)}
                placeholder={words.feedback(option.id)}
                value={option.feedback}
                onChange={(event) => set(replacedAt(options, at, { feedback: event.target.value }))}
              />
            )}
          </div>
          <RemoveButton
            label={words.remove(words.option(option.id))}
            disabled={options.length <= FEWEST}
            onClick={() => resized(without(options, at))}
          />
        </div>
      ))}
      {options.length < MOST && (
        <button
          type="button"
          className="small exercises-start"
          onClick={() => resized([...options, { id: freeId(options), text: "", credit: 0, feedback: "" }])}
        >
          <Plus aria-hidden />
          {words.addOption}
        </button>
      )}
    </fieldset>
  );
}
