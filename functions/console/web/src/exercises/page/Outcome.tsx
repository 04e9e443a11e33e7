// How the run that made an exercise ended: what is missing, what was dropped and why, and how to go on.
import { useMutation } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { answered, api } from "../../api/client";
import { useWords } from "../../language/language";
import { ErrorNote, Note } from "../../ui/feedback";
import type { Exercise } from "../kinds";
import { WORDS as SHARED } from "../words";
import { WORDS } from "./words";

export function Outcome({ exercise }: { exercise: Exercise }) {
  const words = useWords(WORDS);
  const said = useSentences(exercise);
  if (exercise.state !== "partial") return said ? <p className="soft small">{said}</p> : null;
  return (
    <Note tone="warn">
      <p>
        {words.partial} {said}
      </p>
      {exercise.run_id && <GoOn runId={exercise.run_id} />}
    </Note>
  );
}

function useSentences({ origin, asked, questions, dropped, repaired, reasons }: Exercise): string {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  if (origin === "imported") return words.imported;
  const why = Object.entries(reasons).map(([rule, count]) => `${shared.rule[rule] ?? rule} × ${count}`);
  return [
    asked > questions && words.asked(questions, asked),
    dropped > 0 && words.dropped(dropped, why.join(", ")),
    repaired > 0 && words.repaired(repaired),
  ]
    .filter(Boolean)
    .join(" ");
}

/** The run again: it keeps the questions that there are and writes those that are missing. */
function GoOn({ runId }: { runId: string }) {
  const words = useWords(WORDS);
  const [, navigate] = useLocation();
  const retried = useMutation({
    mutationFn: () =>
      answered(api.POST("/api/v1/runs/{run_id}/retry", { params: { path: { run_id: runId } } })),
    onSuccess: ({ id }) => navigate(`/exercises/runs/${id}`),
  });
  return (
    <>
      <button type="button" className="small" disabled={retried.isPending} onClick={() => retried.mutate()}>
        {retried.isPending && <span className="spinner" aria-hidden />}
        {words.goOn}
      </button>
      {retried.error && <ErrorNote error={retried.error} />}
    </>
  );
}
