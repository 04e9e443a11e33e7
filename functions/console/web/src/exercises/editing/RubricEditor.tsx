// What of an open answer earns how many points.
import { Plus } from "lucide-react";
import { useWords } from "../../language/language";
import type { Question } from "../kinds";
import { freeId, replacedAt, without } from "./edits";
import { RemoveButton } from "./RemoveButton";
import { WORDS } from "./words";

type Rubric = Extract<Question, { type: "essay" }>["rubric"];

export function RubricEditor({ rubric, onChange }: { rubric: Rubric; onChange: (rubric: Rubric) => void }) {
  const words = useWords(WORDS);
  return (
    <fieldset className="field">
      <legend className="label">{words.rubric}</legend>
      {rubric.map((criterion, at) => (
        <div key={criterion.id} className="exercises-edit-row">
          <input
            required
            dir="auto"
            aria-label={words.criterion(at + 1)}
            value={criterion.text}
            onChange={(event) => onChange(replacedAt(rubric, at, { text: event.target.value }))}
          />
          <input
            required
            className="exercises-short"
            type="number"
            min={0.25}
            max={1000}
            step="any"
            aria-label={words.criterionPoints(at + 1)}
            value={Number.isNaN(criterion.points) ? "" : criterion.points}
            onChange={(event) => onChange(replacedAt(rubric, at, { points: event.target.valueAsNumber }))}
          />
          <RemoveButton
            label={words.remove(words.criterion(at + 1))}
            onClick={() => onChange(without(rubric, at))}
          />
        </div>
      ))}
      <button
        type="button"
        className="small exercises-start"
        onClick={() => onChange([...rubric, { id: freeId(rubric), text: "", points: 1 }])}
      >
        <Plus aria-hidden />
        {words.addCriterion}
      </button>
    </fieldset>
  );
}
