// Has a question written anew: what should be different, then the text as it comes.
import { Square } from "lucide-react";
import { type FormEvent, useState } from "react";
import { isUnderWay } from "../../api/run";
import { useRun } from "../../api/useRun";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { ErrorNote } from "../../ui/feedback";
import { DIFFICULTIES, KINDS, type Question } from "../kinds";
import { draftIn } from "../making/written";
import { failureOfRun } from "../runFailure";
import { WORDS as SHARED } from "../words";
import { WORDS } from "./words";

interface Props {
  exerciseId: string;
  question: Question;
  onDone: (question: Question) => void;
  onCancel: () => void;
}

export function Regeneration({ exerciseId, question, onDone, onCancel }: Props) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const [type, setType] = useState("");
  const [difficulty, setDifficulty] = useState("");
  const [instructions, setInstructions] = useState("");
  const { run, start, stop } = useRun();
  const failure = failureOfRun(run);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wishes = { type, difficulty, instructions: instructions.trim() };
    const said = Object.fromEntries(Object.entries(wishes).filter(([, value]) => value));
    const path = `api/v1/exercises/${exerciseId}/questions/${question.id}/regenerate`;
    const ended = await start(path, { ...said, stream: true });
    if (ended.phase === "done") onDone(ended.final.question as Question);
  };
  if (isUnderWay(run))
    return (
      <div className="exercises-draft exercises-sunken stack" aria-busy="true">
        <div className="row spread">
          <span className="row" role="status">
            <span className="spinner" aria-hidden />
            {run.phase === "broken" ? shared.broken : words.writing}
          </span>
          <button type="button" className="small" onClick={() => void stop()}>
            <Square aria-hidden />
            {shared.stop}
          </button>
        </div>
        <p className="exercises-text" dir="auto">
          {draftIn(run.content, [])}
        </p>
      </div>
    );
  return (
    <form className="exercises-sunken stack" onSubmit={(event) => void submit(event)}>
      <h3>{words.regenerateTitle}</h3>
      <p className="soft small">{words.regenerateHint}</p>
      {failure && <ErrorNote error={failure} />}
      <div className="exercises-pair">
        <Choice label={words.type} value={type} onChange={setType} options={KINDS} names={shared.kind} />
        <Choice
          label={words.difficulty}
          value={difficulty}
          onChange={setDifficulty}
          options={DIFFICULTIES}
          names={shared.difficulty}
        />
      </div>
      <Field label={words.instructions} hint={words.instructionsHint}>
        {(tied) => (
          <textarea
            {...tied}
            rows={2}
            maxLength={2_000}
            value={instructions}
            onChange={(event) => setInstructions(event.target.value)}
          />
        )}
      </Field>
      <div className="row">
        <button type="submit" className="primary small">
          {words.regenerate}
        </button>
        <button type="button" className="small" onClick={onCancel}>
          {shared.cancel}
        </button>
      </div>
    </form>
  );
}

interface ChoiceProps<Name extends string> {
  label: string;
  value: string;
  onChange: (name: string) => void;
  options: readonly Name[];
  names: Record<Name, string>;
}

function Choice<Name extends string>({ label, value, onChange, options, names }: ChoiceProps<Name>) {
  const words = useWords(WORDS);
  return (
    <Field label={label}>
      {(tied) => (
        <select {...tied} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{words.asItIs}</option>
          {options.map((name) => (
            <option key={name} value={name}>
              {names[name]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
