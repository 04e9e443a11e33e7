// An attempt: what was answered, what it earned, and why. While it is being graded, the feedback as it comes.
import { useQuery } from "@tanstack/react-query";
import { CalendarClock, RotateCcw } from "lucide-react";
import { Link } from "wouter";
import { isUnderWay } from "../../api/run";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { ErrorNote, Loading, Note } from "../../ui/feedback";
import type { Attempt } from "../kinds";
import { PageHeader } from "../PageHeader";
import { attemptQuery, exerciseQuery } from "../queries";
import { failureOfRun } from "../runFailure";
import { WORDS as SHARED } from "../words";
import { ResultCard } from "./ResultCard";
import { useGrading } from "./useGrading";
import { WORDS } from "./words";

export function AttemptPage({ id, attemptId }: { id: string; attemptId: string }) {
  const words = useWords(WORDS);
  const { time } = useFormats();
  const { data: attempt, error, refetch } = useQuery(attemptQuery(id, attemptId));
  const exercise = useQuery(exerciseQuery(id)).data;
  return (
    <>
      <PageHeader
        title={exercise?.title || words.title}
        back={{ to: `/exercises/${id}`, label: words.back }}
        about={attempt && `${words.title} · ${time(attempt.created_at)}`}
      >
        <Link className="button" href="/exercises/learning">
          <CalendarClock aria-hidden />
          {words.learning}
        </Link>
        <Link className="button" href={`/exercises/${id}/test`}>
          <RotateCcw aria-hidden />
          {words.again}
        </Link>
      </PageHeader>
      {attempt ? (
        <Marks attempt={attempt} />
      ) : error ? (
        <ErrorNote error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
    </>
  );
}

function Marks({ attempt }: { attempt: Attempt }) {
  const shared = useWords(SHARED);
  const questions = useQuery(exerciseQuery(attempt.exercise_id)).data?.items;
  const { run, results, writing, grade } = useGrading(attempt);
  const asked = new Map(questions?.map((question) => [`${question.id} ${question.version}`, question]));
  const failure = failureOfRun(run);
  const ungraded = results.filter((one) => one.graded_by === "nobody").length;
  return (
    <>
      <Total attempt={{ ...attempt, results, ungraded }} isGrading={isUnderWay(run)} grade={grade} />
      {run.phase === "broken" && <Note tone="warn">{shared.broken}</Note>}
      {failure && failure.status !== 404 && <ErrorNote error={failure} />}
      <ol className="exercises-questions">
        {results.map((result, at) => (
          <ResultCard
            key={result.question_id}
            number={at + 1}
            result={result}
            question={asked.get(`${result.question_id} ${result.version}`)}
            attempt={attempt}
            writing={writing.questionId === result.question_id ? writing.text : null}
          />
        ))}
      </ol>
    </>
  );
}

interface TotalProps {
  attempt: Attempt;
  isGrading: boolean;
  grade: () => void;
}

function Total({ attempt: { results, ungraded }, isGrading, grade }: TotalProps) {
  const words = useWords(WORDS);
  const { number, percent } = useFormats();
  const score = results.reduce((sum, one) => sum + one.score, 0);
  const most = results.reduce((sum, one) => sum + one.max_score, 0);
  return (
    <section className="card exercises-total">
      <p className="exercises-score">
        {most > 0 && <strong>{percent(score / most)}</strong>}
        <span>{words.score(number(score, 2), number(most, 2))}</span>
      </p>
      <div role="status">
        {isGrading && ungraded > 0 ? (
          <p className="row soft">
            <span className="spinner" aria-hidden />
            {words.grading} {words.gradedSoFar(results.length - ungraded, results.length)}
          </p>
        ) : (
          ungraded > 0 && <p>{words.ungraded(ungraded)}</p>
        )}
      </div>
      {!isGrading && ungraded > 0 && (
        <button type="button" onClick={grade}>
          {words.gradeNow}
        </button>
      )}
    </section>
  );
}
