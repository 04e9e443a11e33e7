// How a question is answered: a control for each type. `labelledBy` is the id of what is asked.
import { useWords } from "../../language/language";
import type { Shown } from "../kinds";
import type { Answer } from "./answers";
import { ChoiceControl, TruthControl } from "./ChoiceControls";
import { MatchingControl } from "./MatchingControl";
import { OrderingControl } from "./OrderingControl";
import { WORDS } from "./words";

interface Props {
  question: Shown;
  labelledBy: string;
  answer: Answer | undefined;
  onAnswer: (answer: Answer) => void;
}

/** All but cloze, whose blanks are in its text (`GapText`). */
export function AnswerControl({ question, labelledBy, answer, onAnswer }: Props) {
  switch (question.type) {
    case "single_choice":
    case "multiple_choice":
      return (
        <ChoiceControl question={question} labelledBy={labelledBy} answer={answer} onAnswer={onAnswer} />
      );
    case "true_false":
      return <TruthControl labelledBy={labelledBy} answer={answer} onAnswer={onAnswer} />;
    case "matching":
      return <MatchingControl question={question} answer={answer} onAnswer={onAnswer} />;
    case "ordering":
      return <OrderingControl question={question} answer={answer} onAnswer={onAnswer} />;
    case "cloze":
      return null;
    default:
      return (
        <WrittenControl question={question} labelledBy={labelledBy} answer={answer} onAnswer={onAnswer} />
      );
  }
}

type Written = Extract<Shown, { type: "numeric" | "short_answer" | "essay" }>;

function WrittenControl({ question, labelledBy, answer, onAnswer }: Props & { question: Written }) {
  const words = useWords(WORDS);
  const value = typeof answer === "string" ? answer : "";
  const tied = { "aria-labelledby": labelledBy, placeholder: words.answer, dir: "auto", value } as const;
  if (question.type === "numeric")
    return (
      <div className="row">
        <input
          {...tied}
          className="exercises-number-answer"
          inputMode="text"
          onChange={(event) => onAnswer(event.target.value)}
        />
        {question.unit && <span>{question.unit}</span>}
      </div>
    );
  return (
    <>
      {question.type === "essay" || question.rubric.length > 0 ? (
        <textarea
          {...tied}
          rows={question.type === "essay" ? 6 : 3}
          onChange={(event) => onAnswer(event.target.value)}
        />
      ) : (
        <input {...tied} onChange={(event) => onAnswer(event.target.value)} />
      )}
      <Earns rubric={question.rubric} />
    </>
  );
}

function Earns({ rubric }: { rubric: { text: string; points: number }[] }) {
  const words = useWords(WORDS);
  if (!rubric.length) return null;
  return (
    <details className="small soft">
      <summary>{words.earns}</summary>
      <ul>
        {rubric.map(({ text, points }) => (
          <li key={text}>
            {text} ({points})
          </li>
        ))}
      </ul>
    </details>
  );
}
