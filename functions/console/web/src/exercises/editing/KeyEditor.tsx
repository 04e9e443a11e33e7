// What of a question depends on its type: mostly its key.
import { useId } from "react";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import type { Question } from "../kinds";
import { WORDS as SHARED } from "../words";
import { EntriesEditor } from "./EntriesEditor";
import { accepting, blanksOf, sumOf } from "./edits";
import { Lines } from "./Lines";
import { NumbersEditor } from "./NumbersEditor";
import { OptionsEditor } from "./OptionsEditor";
import { PairsEditor } from "./PairsEditor";
import { RubricEditor } from "./RubricEditor";
import { WORDS } from "./words";

type Of<Type extends Question["type"]> = Extract<Question, { type: Type }>;

interface Props<Edited extends Question = Question> {
  question: Edited;
  onChange: (question: Question) => void;
}

export function KeyEditor({ question, onChange }: Props) {
  switch (question.type) {
    case "single_choice":
    case "multiple_choice":
      return <OptionsEditor question={question} onChange={onChange} />;
    case "true_false":
      return <TruthEditor question={question} onChange={onChange} />;
    case "cloze":
      return <BlanksEditor question={question} onChange={onChange} />;
    case "numeric":
      return <NumbersEditor question={question} onChange={onChange} />;
    case "short_answer":
      return <ShortEditor question={question} onChange={onChange} />;
    case "matching":
      return <PairsEditor question={question} onChange={onChange} />;
    case "ordering":
      return <EntriesEditor question={question} onChange={onChange} />;
    case "essay":
      return <EssayEditor question={question} onChange={onChange} />;
  }
}

function TruthEditor({ question, onChange }: Props<Of<"true_false">>) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const group = useId();
  return (
    <fieldset className="field">
      <legend className="label">{words.answer}</legend>
      <div className="row exercises-checks">
        {[true, false].map((value) => (
          <label key={String(value)} className="check">
            <input
              type="radio"
              name={group}
              checked={question.answer === value}
              onChange={() => onChange({ ...question, answer: value })}
            />
            {value ? shared.isTrue : shared.isFalse}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A blank whose mark is gone from the text keeps its answers until the question is saved. */
function BlanksEditor({ question, onChange }: Props<Of<"cloze">>) {
  const words = useWords(WORDS);
  return blanksOf(question.question, question.blanks).map(({ id, accepted }) => (
    <Lines
      key={id}
      required
      label={words.blank(id)}
      lines={accepted.map(({ text }) => text)}
      onChange={(texts) => {
        const others = question.blanks.filter((one) => one.id !== id);
        onChange({ ...question, blanks: [...others, { id, accepted: accepting(texts, accepted) }] });
      }}
    />
  ));
}

function ShortEditor({ question, onChange }: Props<Of<"short_answer">>) {
  const words = useWords(WORDS);
  return (
    <>
      <Lines
        required
        label={words.accepted}
        lines={question.accepted.map(({ text }) => text)}
        onChange={(texts) => onChange({ ...question, accepted: accepting(texts, question.accepted) })}
      />
      <RubricEditor
        rubric={question.rubric}
        onChange={(rubric) => onChange({ ...question, rubric, points: sumOf(rubric) || question.points })}
      />
    </>
  );
}

function EssayEditor({ question, onChange }: Props<Of<"essay">>) {
  const words = useWords(WORDS);
  return (
    <>
      <RubricEditor
        rubric={question.rubric}
        onChange={(rubric) => onChange({ ...question, rubric, points: sumOf(rubric) || question.points })}
      />
      <Field label={words.sample}>
        {(tied) => (
          <textarea
            {...tied}
            rows={4}
            dir="auto"
            value={question.sample}
            onChange={(event) => onChange({ ...question, sample: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
