// The teacher's own score in the place of the one that was given.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answered, api } from "../../api/client";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { ErrorNote } from "../../ui/feedback";
import type { Attempt, Result } from "../kinds";
import { attemptQuery, practised } from "../queries";
import { WORDS as SHARED } from "../words";
import { WORDS } from "./words";

interface Props {
  result: Result;
  attempt: Pick<Attempt, "id" | "exercise_id">;
  onClose: () => void;
}

export function OverrideForm({ result, attempt: { id, exercise_id }, onClose }: Props) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const { number } = useFormats();
  const client = useQueryClient();
  const [score, setScore] = useState(String(result.score));
  const [comment, setComment] = useState(result.override?.comment ?? "");
  const put = useMutation({
    mutationFn: () =>
      answered(
        api.PUT("/api/v1/exercises/{exercise_id}/attempts/{attempt_id}", {
          params: { path: { exercise_id, attempt_id: id } },
          body: { question_id: result.question_id, score: Number(score), comment },
        }),
      ),
    onSuccess: (attempt) => {
      client.setQueryData(attemptQuery(exercise_id, id).queryKey, attempt);
      practised(client, exercise_id);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate();
  };
  return (
    <form className="exercises-sunken stack" onSubmit={submit}>
      <div className="exercises-pair">
        <Field label={words.newScore(number(result.max_score, 2))}>
          {(tied) => (
            <input
              {...tied}
              required
              type="number"
              step="any"
              min={0}
              max={result.max_score}
              value={score}
              onChange={(event) => setScore(event.target.value)}
            />
          )}
        </Field>
        <Field label={words.comment}>
          {(tied) => (
            <input
              {...tied}
              maxLength={2_000}
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </Field>
      </div>
      {put.error && <ErrorNote error={put.error} />}
      <div className="row">
        <button type="submit" className="primary small" disabled={put.isPending}>
          {put.isPending && <span className="spinner" aria-hidden />}
          {shared.save}
        </button>
        <button type="button" className="small" onClick={onClose}>
          {shared.cancel}
        </button>
      </div>
    </form>
  );
}
