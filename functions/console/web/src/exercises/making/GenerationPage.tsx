// A run that writes an exercise: each question as soon as it is finished, and the text of the next one.
// Whoever reloads the page, or opens it elsewhere, sees the run from its beginning.
import { useQueryClient } from "@tanstack/react-query";
import { Square } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { answered, api } from "../../api/client";
import { isUnderWay, type Run } from "../../api/run";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { ErrorNote, Loading, Note } from "../../ui/feedback";
import { useToasts } from "../../ui/toasts";
import type { Question } from "../kinds";
import { PageHeader } from "../PageHeader";
import { exerciseQuery, LISTS } from "../queries";
import { FinishedQuestion } from "../question/FinishedQuestion";
import { failureOfRun } from "../runFailure";
import { useEnd, useStartedRun } from "../startedRun";
import { WORDS as SHARED } from "../words";
import { WORDS } from "./words";
import { draftIn } from "./written";

export function GenerationPage({ runId }: { runId: string }) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { run, stop } = useStartedRun(runId);
  const items = run.items as Question[];
  const exerciseId = String(run.started.exercise_id ?? "");
  useEnd(run, ({ phase }) => {
    void client.invalidateQueries({ queryKey: LISTS });
    const hasExercise = phase === "done" || (phase === "stopped" && items.length > 0);
    if (!hasExercise) return;
    client.removeQueries({ queryKey: exerciseQuery(exerciseId).queryKey }); // it says "being written"
    navigate(`/exercises/${exerciseId}`, { replace: true });
  });
  return (
    <>
      <PageHeader title={words.writing} back={{ to: "/exercises", label: shared.back }}>
        {isUnderWay(run) && run.runId && <Stop stop={stop} />}
      </PageHeader>
      <Progress run={run} done={items.length} />
      {run.phase === "broken" && <Note tone="warn">{shared.broken}</Note>}
      <Ended run={run} runId={runId} exerciseId={items.length ? exerciseId : ""} />
      <ol className="exercises-questions">
        {items.map((question, at) => (
          <FinishedQuestion key={question.id} number={at + 1} question={question} />
        ))}
      </ol>
      {isUnderWay(run) && <BeingWritten text={draftIn(run.content, items)} />}
    </>
  );
}

function Stop({ stop }: { stop: () => Promise<void> }) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const { say } = useToasts();
  const [isStopping, setStopping] = useState(false);
  const press = () => {
    setStopping(true);
    stop().catch((error: Error) => {
      setStopping(false);
      say(error.message);
    });
  };
  return (
    <button type="button" disabled={isStopping} onClick={press}>
      {isStopping ? <span className="spinner" aria-hidden /> : <Square aria-hidden />}
      {isStopping ? words.stopping : shared.stop}
    </button>
  );
}

function Progress({ run, done }: { run: Run; done: number }) {
  const words = useWords(WORDS);
  const { percent } = useFormats();
  const asked = Number(run.started.asked ?? 0);
  const covered = Number(run.started.covered ?? 1);
  if (!isUnderWay(run)) return null;
  if (!asked) return <Loading what={words.waiting} />;
  return (
    <div className="stack">
      <div className="row">
        <progress className="grow" max={asked} value={done} aria-label={words.writing} />
        <span role="status">{words.written(done, asked)}</span>
      </div>
      {covered < 1 && <p className="soft small">{words.covered(percent(covered))}</p>}
      {run.resets > 0 && <p className="soft small">{words.reset}</p>}
    </div>
  );
}

function BeingWritten({ text }: { text: string }) {
  const words = useWords(WORDS);
  if (!text) return null;
  return (
    <div className="card exercises-draft" aria-busy="true">
      <p className="soft small row">
        <span className="spinner" aria-hidden />
        {words.draft}
      </p>
      <p className="exercises-text" dir="auto">
        {text}
      </p>
    </div>
  );
}

function Ended({ run, runId, exerciseId }: { run: Run; runId: string; exerciseId: string }) {
  const words = useWords(WORDS);
  const [, navigate] = useLocation();
  const [isRetrying, setRetrying] = useState(false);
  const { say } = useToasts();
  const failure = failureOfRun(run);
  if (!failure && run.phase !== "stopped") return null;
  const retry = async () => {
    setRetrying(true);
    try {
      const params = { path: { run_id: runId } };
      const next = await answered(api.POST("/api/v1/runs/{run_id}/retry", { params }));
      navigate(`/exercises/runs/${next.id}`, { replace: true });
    } catch (error) {
      setRetrying(false);
      say((error as Error).message);
    }
  };
  const isGone = failure?.status === 404;
  return (
    <div className="stack">
      <h2>{exerciseId ? words.failedPartly : words.failed}</h2>
      {failure && (isGone ? <Note tone="warn">{words.gone}</Note> : <ErrorNote error={failure} />)}
      <div className="row">
        {exerciseId && (
          <Link className="button exercises-primary" href={`/exercises/${exerciseId}`}>
            {words.openExercise}
          </Link>
        )}
        {!isGone && (
          <button type="button" disabled={isRetrying} onClick={() => void retry()}>
            {isRetrying && <span className="spinner" aria-hidden />}
            {words.again}
          </button>
        )}
        <Link className="button" href="/exercises/new">
          {words.change}
        </Link>
      </div>
    </div>
  );
}
