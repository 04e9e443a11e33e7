// One question of a practice: answered, graded, understood, then the next.

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { isUnderWay } from "../../api/run";
import { useRun } from "../../api/useRun";
import { useWords } from "../../language/language";
import { ErrorNote } from "../../ui/feedback";
import { type Answer, isAnswered } from "../answering/answers";
import { SheetQuestion } from "../answering/SheetQuestion";
import { ResultCard } from "../grading/ResultCard";
import type { Attempt, Result } from "../kinds";
import { exerciseQuery } from "../queries";
import { failureOfRun } from "../runFailure";
import type { Card } from "./deck";
import { WORDS } from "./words";

interface Props {
  number: number;
  card: Card;
  onGraded: (isRight: boolean) => void;
  onNext: () => void;
}

export function PracticeCard({ number, card: { concept, exerciseId, question }, onGraded, onNext }: Props) {
  const words = useWords(WORDS);
  const [answer, setAnswer] = useState<Answer>();
  const { run, start } = useRun();
  const failure = failureOfRun(run);
  const result = (run.items as Result[])[0];
  const isChecking = isUnderWay(run);
  const check = async (event: FormEvent) => {
    event.preventDefault();
    const ended = await start(`api/v1/exercises/${exerciseId}/submit`, {
      answers: { [question.id]: answer },
      only_answered: true,
      stream: true,
    });
    if (ended.phase !== "done") return;
    const { score, max_score } = ended.final as unknown as Attempt;
    onGraded(score >= max_score);
  };
  return (
    <form className="stack" onSubmit={(event) => void check(event)}>
      <p className="soft small">{words.about(concept)}</p>
      {result || (isChecking && run.content) ? (
        <Graded number={number} exerciseId={exerciseId} result={result} writing={run.content} />
      ) : (
        <div className="card">
          <SheetQuestion
            number={number}
            question={question}
            answer={answer}
            onAnswer={(_, said) => setAnswer(said)}
          />
        </div>
      )}
      {failure && <ErrorNote error={failure} />}
      <div className="row">
        {result && !isChecking ? (
          <button type="button" className="primary" onClick={onNext}>
            {words.onward}
          </button>
        ) : (
          <>
            <button type="submit" className="primary" disabled={isChecking || !isAnswered(answer)}>
              {isChecking && <span className="spinner" aria-hidden />}
              {words.check}
            </button>
            <button type="button" className="plain" disabled={isChecking} onClick={onNext}>
              {words.skip}
            </button>
          </>
        )}
      </div>
    </form>
  );
}

interface GradedProps {
  number: number;
  exerciseId: string;
  result: Result | undefined;
  writing: string;
}

function Graded({ number, exerciseId, result, writing }: GradedProps) {
  const questions = useQuery(exerciseQuery(exerciseId)).data?.items;
  if (!result)
    return (
      <p className="card exercises-text" aria-busy="true" dir="auto">
        {writing}
      </p>
    );
  const question = questions?.find(
    ({ id, version }) => id === result.question_id && version === result.version,
  );
  return (
    <ol className="exercises-questions">
      <ResultCard number={number} result={result} question={question} writing={null} />
    </ol>
  );
}
