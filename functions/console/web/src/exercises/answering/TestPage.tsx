// A test: the sheet without its keys, the answers, and their submission. Marks are on the attempt's page.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useLocation } from "wouter";
import { isUnderWay } from "../../api/run";
import { useWords } from "../../language/language";
import { ErrorNote, Loading, Note } from "../../ui/feedback";
import type { ExerciseSheet } from "../kinds";
import { PageHeader } from "../PageHeader";
import { practised, sheetQuery } from "../queries";
import { failureOfRun } from "../runFailure";
import { useStarter } from "../startedRun";
import { given, isAnswered } from "./answers";
import { MissingDialog } from "./MissingDialog";
import { SheetQuestion } from "./SheetQuestion";
import { useAnswers } from "./useAnswers";
import { WORDS } from "./words";

const AT_ONCE = 12;

export function TestPage({ id }: { id: string }) {
  const words = useWords(WORDS);
  const { data: sheet, error, refetch } = useQuery(sheetQuery(id));
  return (
    <>
      <PageHeader
        title={sheet ? sheet.title || words.untitled : words.answer}
        back={{ to: `/exercises/${id}`, label: words.back }}
        about={words.kept}
      />
      {sheet ? (
        <Sheet sheet={sheet} />
      ) : error ? (
        <ErrorNote error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
    </>
  );
}

function Sheet({ sheet: { id, items } }: { sheet: ExerciseSheet }) {
  const words = useWords(WORDS);
  const { answers, answer, clear } = useAnswers(id, items);
  const { submit, isSubmitting, failure } = useSubmission(id, clear);
  const [isAsking, setAsking] = useState(false);
  const shown = useDeferredValue(items, items.slice(0, AT_ONCE));
  const missing = items.filter((question) => !isAnswered(answers[question.id]));
  const send = () => {
    setAsking(false);
    submit(given(answers));
  };
  const done = items.length - missing.length;
  if (!items.length) return <Note>{words.empty}</Note>;
  return (
    <>
      <ol className="exercises-questions">
        {shown.map((question, at) => (
          <li key={question.id} className="card exercises-question">
            <SheetQuestion
              number={at + 1}
              question={question}
              answer={answers[question.id]}
              onAnswer={answer}
            />
          </li>
        ))}
      </ol>
      {failure && <ErrorNote error={failure} />}
      <div className="exercises-bar">
        <progress
          className="grow"
          max={items.length}
          value={done}
          aria-label={words.answered(done, items.length)}
        />
        <span>{words.answered(done, items.length)}</span>
        <button type="button" className="plain" disabled={!done || isSubmitting} onClick={clear}>
          {words.clear}
        </button>
        <button
          type="button"
          className="primary"
          disabled={!done || isSubmitting}
          onClick={() => (missing.length ? setAsking(true) : send())}
        >
          {isSubmitting ? <span className="spinner" aria-hidden /> : <Send aria-hidden />}
          {isSubmitting ? words.submitting : words.submit}
        </button>
      </div>
      {isAsking && (
        <MissingDialog
          missing={missing.map((question) => question.id)}
          onSubmit={send}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** Once the attempt is there, the answers are the server's, and what becomes of them is on its page. */
function useSubmission(id: string, onTaken: () => void) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { run, start } = useStarter((event) => {
    onTaken();
    practised(client, id);
    navigate(`/exercises/${id}/attempts/${String(event.attempt_id)}`);
  });
  return {
    submit: (answers: object) => void start(`api/v1/exercises/${id}/submit`, { answers, stream: true }),
    isSubmitting: isUnderWay(run),
    failure: failureOfRun(run),
  };
}
