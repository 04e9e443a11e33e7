// The grading of an attempt while it goes on: results as they come, and what is being written about one answer.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isUnderWay, type Run } from "../../api/run";
import type { Attempt, Result } from "../kinds";
import { attemptQuery, practised } from "../queries";
import { useEnd, useStartedRun, useWatched } from "../startedRun";

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
  const [hadToWait] = useState(attempt.ungraded > 0);
  const first = useStartedRun(id, hadToWait); // an attempt's first run has its id
  const again = useWatched();
  const { run, tail } = again.run.phase === "idle" ? first : again;
  useEnd(run, ({ phase }) => {
    if (phase === "failed") return;
    void client.invalidateQueries({ queryKey: attemptQuery(exercise_id, id).queryKey });
    practised(client, exercise_id);
  });
  const fresh = new Map((run.items as Result[]).map((result) => [result.question_id, result]));
  const results = attempt.results.map((before) =>
    before.graded_by === "nobody" ? (fresh.get(before.question_id) ?? before) : before,
  );
  const waiting = results.find(({ graded_by, problem }) => graded_by === "nobody" && !problem);
  return {
    run,
    results,
    writing: { questionId: isUnderWay(run) ? (waiting?.question_id ?? "") : "", text: tail },
    grade: () => void again.start(`api/v1/exercises/${exercise_id}/submit`, { attempt_id: id, stream: true }),
  };
}
