// A question as it came out of a run, with its key; to be changed on the exercise's page.
import { memo } from "react";
import type { Question } from "../kinds";
import { Keyed } from "./Keyed";
import { QuestionDetails } from "./QuestionDetails";
import { QuestionHead } from "./QuestionHead";

interface Props {
  number: number;
  question: Question;
}

export const FinishedQuestion = memo(({ number, question }: Props) => (
  <li className="card stack exercises-question">
    <QuestionHead number={number} question={question} difficulty />
    <Keyed question={question} />
    <QuestionDetails question={question} />
  </li>
));
