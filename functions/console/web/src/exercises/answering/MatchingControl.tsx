// Matching by a list of all right sides beside each left one: it works with keys, fingers and screen readers.
import { useId } from "react";
import { useWords } from "../../language/language";
import type { Shown } from "../kinds";
import type { Answer } from "./answers";
import { WORDS } from "./words";

interface Props {
  question: Extract<Shown, { type: "matching" }>;
  answer: Answer | undefined;
  onAnswer: (answer: Answer) => void;
}

export function MatchingControl({ question: { left, right }, answer, onAnswer }: Props) {
  const words = useWords(WORDS);
  const id = useId();
  const chosen = typeof answer === "object" && !Array.isArray(answer) ? answer : {};
  return (
    <div className="stack exercises-tight">
      {left.map((one) => (
        <div key={one.id} className="exercises-match">
          <label htmlFor={`${id}-${one.id}`} dir="auto">
            {one.text}
          </label>
          <select
            id={`${id}-${one.id}`}
            aria-label={words.belongsTo(one.text)}
            value={chosen[one.id] ?? ""}
            onChange={(event) => onAnswer({ ...chosen, [one.id]: event.target.value })}
          >
            <option value="">{words.choose}</option>
            {right.map((other) => (
              <option key={other.id} value={other.id}>
                {other.text}
              </option>
            ))}
          </select>
        </div>
      ))}
    </div>
  );
}
