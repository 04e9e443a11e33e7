// Edits a question in its place on the page.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answered, api } from "../../api/client";
import { Failure } from "../../api/failure";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { ErrorNote, Note } from "../../ui/feedback";
import { DIFFICULTIES, type Difficulty, type Question } from "../kinds";
import { exerciseQuery } from "../queries";
import { WORDS as SHARED } from "../words";
import { blanksOf } from "./edits";
import { KeyEditor } from "./KeyEditor";
import { Lines } from "./Lines";
import { Figure } from "./NumbersEditor";
import { WORDS } from "./words";

interface Props {
  exerciseId: string;
  number: number;
  question: Question;
  onSaved: (question: Question) => void;
  onCancel: () => void;
}

export function QuestionEditor({ exerciseId, number, question, onSaved, onCancel }: Props) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const [draft, setDraft] = useState(question);
  const saved = useMutation({
    mutationFn: () => save(exerciseId, draft),
    onSuccess: onSaved,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saved.mutate();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <h2>{words.title(number)}</h2>
      <Field
        label={draft.type === "true_false" ? words.statement : words.question}
        hint={draft.type === "cloze" ? words.gapHint : undefined}
      >
        {(tied) => (
          <textarea
            {...tied}
            required
            rows={3}
            dir="auto"
            maxLength={4_000}
            value={draft.question}
            onChange={(event) => setDraft({ ...draft, question: event.target.value })}
          />
        )}
      </Field>
      <KeyEditor question={draft} onChange={setDraft} />
      <Field label={words.explanation}>
        {(tied) => (
          <textarea
            {...tied}
            rows={2}
            dir="auto"
            value={draft.explanation}
            onChange={(event) => setDraft({ ...draft, explanation: event.target.value })}
          />
        )}
      </Field>
      <div className="exercises-pair">
        <Figure
          label={words.points}
          value={draft.points}
          onChange={(points) => setDraft({ ...draft, points })}
        />
        <Field label={words.difficulty}>
          {(tied) => (
            <select
              {...tied}
              value={draft.difficulty}
              onChange={(event) => setDraft({ ...draft, difficulty: event.target.value as Difficulty })}
            >
              {DIFFICULTIES.map((one) => (
                <option key={one} value={one}>
                  {shared.difficulty[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Lines
        label={words.concepts}
        hint={words.conceptsHint}
        lines={draft.concepts}
        onChange={(concepts) => setDraft({ ...draft, concepts })}
      />
      {saved.error && <NotSaved error={saved.error} exerciseId={exerciseId} onReload={onCancel} />}
      <div className="row">
        <button type="submit" className="primary" disabled={saved.isPending}>
          {saved.isPending && <span className="spinner" aria-hidden />}
          {shared.save}
        </button>
        <button type="button" onClick={onCancel}>
          {shared.cancel}
        </button>
      </div>
    </form>
  );
}

interface NotSavedProps {
  error: Error;
  exerciseId: string;
  onReload: () => void;
}

function NotSaved({ error, exerciseId, onReload }: NotSavedProps) {
  const words = useWords(WORDS);
  const client = useQueryClient();
  if (!(error instanceof Failure && error.status === 409)) return <ErrorNote error={error} />;
  const reload = async () => {
    await client.invalidateQueries({ queryKey: exerciseQuery(exerciseId).queryKey });
    onReload();
  };
  return (
    <Note tone="bad">
      <p>{words.changed}</p>
      <button type="button" className="small" onClick={() => void reload()}>
        {words.reload}
      </button>
    </Note>
  );
}

/** A cloze question has the blanks that its text has marks for. */
function whole(question: Question): Question {
  if (question.type !== "cloze") return question;
  return { ...question, blanks: blanksOf(question.question, question.blanks) };
}

/** `version` says which one was edited: of two that are saved at once, the later one hears of it. */
async function save(exercise_id: string, question: Question): Promise<Question> {
  return answered(
    api.PUT("/api/v1/exercises/{exercise_id}/questions/{question_id}", {
      params: { path: { exercise_id, question_id: question.id } },
      body: whole(question),
    }),
  );
}
