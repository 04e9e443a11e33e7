// A question of a test: what is asked, and how it is answered.
import { memo, useId } from "react";
import type { Shown } from "../kinds";
import { QuestionHead } from "../question/QuestionHead";
import { Stem } from "../question/Stem";
import { AnswerControl } from "./AnswerControl";
import type { Answer } from "./answers";
import { GapText } from "./GapText";

interface Props {
  number: number;
  question: Shown;
  answer: Answer | undefined;
  onAnswer: (id: string, answer: Answer) => void;
}

export const SheetQuestion = memo(({ number, question, answer, onAnswer }: Props) => {
  const id = useId();
  const said = (next: Answer) => onAnswer(question.id, next);
  return (
    <fieldset className="stack" data-question={question.id} aria-labelledby={`${id}-head`}>
      <div id={`${id}-head`}>
        <QuestionHead number={number} question={question} />
      </div>
      {question.type === "cloze" ? (
        <GapText text={question.question} answer={answer} onAnswer={said} />
      ) : (
        <>
          <div id={id}>
            <Stem text={question.question} />
          </div>
          <AnswerControl question={question} labelledBy={id} answer={answer} onAnswer={said} />
        </>
      )}
    </fieldset>
  );
});
