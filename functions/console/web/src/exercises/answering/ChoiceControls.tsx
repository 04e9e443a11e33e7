// Ticking: one option, several, or whether a statement is true.
import { useId } from "react";
import { useWords } from "../../language/language";
import type { Shown } from "../kinds";
import { Stem } from "../question/Stem";
import { WORDS as SHARED } from "../words";
import type { Answer } from "./answers";
import { WORDS } from "./words";

interface Common {
  labelledBy: string;
  answer: Answer | undefined;
  onAnswer: (answer: Answer) => void;
}

type Choice = Extract<Shown, { type: "single_choice" | "multiple_choice" }>;

export function ChoiceControl({
  question: { type, options },
  labelledBy,
  answer,
  onAnswer,
}: Common & { question: Choice }) {
  const words = useWords(WORDS);
  const group = useId();
  const isSingle = type === "single_choice";
  const chosen = new Set(Array.isArray(answer) ? answer : typeof answer === "string" ? [answer] : []);
  const tick = (id: string, on: boolean) => {
    if (isSingle) return onAnswer(id);
    onAnswer(options.map((one) => one.id).filter((one) => (one === id ? on : chosen.has(one))));
  };
  return (
    <fieldset className="stack exercises-tight" aria-labelledby={labelledBy}>
      <p className="small soft">{isSingle ? words.oneOf : words.severalOf}</p>
      {options.map(({ id, text }) => (
        <label key={id} className="exercises-choice">
          <input
            type={isSingle ? "radio" : "checkbox"}
            name={group}
            checked={chosen.has(id)}
            onChange={(event) => tick(id, event.target.checked)}
          />
          <Stem text={text} />
        </label>
      ))}
    </fieldset>
  );
}

export function TruthControl({ labelledBy, answer, onAnswer }: Common) {
  const shared = useWords(SHARED);
  const group = useId();
  return (
    <div className="row" role="radiogroup" aria-labelledby={labelledBy}>
      {[true, false].map((value) => (
        <label key={String(value)} className="exercises-choice">
          <input type="radio" name={group} checked={answer === value} onChange={() => onAnswer(value)} />
          {value ? shared.isTrue : shared.isFalse}
        </label>
      ))}
    </div>
  );
}
