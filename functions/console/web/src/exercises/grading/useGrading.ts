// The grading of an attempt while it goes on: results as they come, and what is being written about one answer.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { isUnderWay, type Run } from "../../api/run";
import { useRun } from "../../api/useRun";
import type { Attempt, Result } from "../kinds";
import { attemptQuery, practised } from "../queries";

export interface Grading {
  run: Run;
  results: Result[];
  /** The feedback that is being written now, on the first answer that waits. */
  writing: { questionId: string; text: string };
  /** Has graded what nobody graded. */
  grade: () => void;
}

export function useGrading(attempt: Attempt): Grading {
  const { id, exercise_id } = attempt;
  const client = useQueryClient();
  const told = useRef({ all: 0, finished: 0 }); // characters of feedback: all, and of answers that are graded
  const { run, follow, start } = useRun((event) => {
    if (event.started || event.reset) told.current = { all: 0, finished: 0 };
    if (typeof event.content === "string") told.current.all += event.content.length;
    if (event.item !== undefined) told.current.finished = told.current.all;
  });
  const ended = useCallback(
    (over: Run) => {
      if (over.phase !== "done" && over.phase !== "stopped") return;
      void client.invalidateQueries({ queryKey: attemptQuery(exercise_id, id).queryKey });
      practised(client, exercise_id);
    },
    [client, exercise_id, id],
  );
  const waits = useRef(attempt.ungraded > 0);
  useEffect(() => {
    // An attempt's first run has its id. One that is over, or gone, changes nothing.
    if (waits.current) void follow(id).then(ended);
  }, [follow, id, ended]);

  const fresh = new Map((run.items as Result[]).map((result) => [result.question_id, result]));
  const results = attempt.results.map((before) =>
    before.graded_by === "nobody" ? (fresh.get(before.question_id) ?? before) : before,
  );
  const waiting = results.find(({ graded_by, problem }) => graded_by === "nobody" && !problem);
  const text = run.content.slice(told.current.finished).trim();
  return {
    run,
    results,
    writing: { questionId: isUnderWay(run) ? (waiting?.question_id ?? "") : "", text },
    grade: () =>
      void start(`api/v1/exercises/${exercise_id}/submit`, { attempt_id: id, stream: true }).then(ended),
  };
}
