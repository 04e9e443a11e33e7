// Named views: the event graph as a model tells it, in stages. Chosen here, written here, shown here.
import { useQueryClient } from "@tanstack/react-query";
import { PenLine } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import type { Schemas } from "../api/client";
import { Failure } from "../api/failure";
import { isUnderWay, type Run } from "../api/run";
import { useRun } from "../api/useRun";
import { useFormats } from "../language/formats";
import { useLanguage, useWords } from "../language/language";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { ErrorNote, Loading } from "../ui/feedback";
import { useKnownViews } from "./knownViews";
import type { Scope } from "./scope";
import { WORDS } from "./words";

interface Props {
  userId: string | null;
  scope: Scope;
  onScope: (scope: Scope) => void;
}

export function Views({ userId, scope, onScope }: Props) {
  const words = useWords(WORDS);
  const id = useId();
  const { names, remember } = useKnownViews();
  const { run, start, stop, clear } = useRun();
  const [isAsking, setIsAsking] = useState(false);
  const client = useQueryClient();
  const { language } = useLanguage();

  const write = async (name: string, focus: string) => {
    const { of, by } = scope;
    const ended = await start("api/v1/events/graph/views", {
      name,
      ...(focus && { focus }),
      ...(userId !== null && { user_id: userId }),
      ...(of !== "auto" && { of }),
      ...(by !== "auto" && { by }),
      language,
      stream: true,
    });
    if (ended.phase !== "done") return;
    remember(name);
    await client.invalidateQueries({ queryKey: ["graphs", "events"] });
    onScope({ ...scope, view: name });
    setIsAsking(false);
    clear();
  };
  return (
    <div className="row">
      <label htmlFor={id} className="small">
        {words.view}
      </label>
      <select
        id={id}
        className="graph-choose"
        value={scope.view}
        onChange={(event) => onScope({ ...scope, view: event.target.value })}
      >
        <option value="">{words.wholeGraph}</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <button type="button" onClick={() => setIsAsking(true)}>
        <PenLine aria-hidden />
        {words.newView}
      </button>
      {isAsking && (
        <Dialog title={words.newViewTitle} onClose={() => setIsAsking(false)}>
          <Writing run={run} onWrite={write} onStop={stop} />
        </Dialog>
      )}
    </div>
  );
}

function Writing({
  run,
  onWrite,
  onStop,
}: {
  run: Run;
  onWrite: (name: string, focus: string) => void;
  onStop: () => void;
}) {
  const words = useWords(WORDS);
  const [name, setName] = useState("");
  const [focus, setFocus] = useState("");
  const isBusy = isUnderWay(run);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onWrite(name, focus.trim());
  };
  return (
    <form className="stack" onSubmit={submit}>
      <p className="soft small">{words.viewHint}</p>
      <Field label={words.viewName} hint={words.viewNameHint}>
        {(tied) => (
          <input
            {...tied}
            required
            maxLength={40}
            pattern="\S+"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label={words.focus} hint={words.focusHint}>
        {(tied) => (
          <textarea
            {...tied}
            rows={2}
            maxLength={2000}
            value={focus}
            onChange={(event) => setFocus(event.target.value)}
          />
        )}
      </Field>
      {isBusy && <Loading what={words.writing} />}
      {run.content && <p aria-busy={isBusy}>{run.content}</p>}
      {run.phase === "failed" && <ErrorNote error={failureOfRun(run)} />}
      <div className="row">
        <button type="submit" className="primary" disabled={isBusy}>
          {words.write}
        </button>
        {isBusy && (
          <button type="button" onClick={onStop}>
            {words.stop}
          </button>
        )}
      </div>
    </form>
  );
}

/** The error of a run that failed, in the server's words. */
export function failureOfRun(run: Run): Failure {
  return new Failure({ ...run.problem, detail: run.error }, Number(run.problem.status ?? 500));
}

export function ViewShown({ view }: { view: Schemas["KeptView"] }) {
  const words = useWords(WORDS);
  const { time } = useFormats();
  return (
    <section className="card stack">
      <h3>{view.title}</h3>
      <p dir="auto">{view.description}</p>
      <ol className="graph-stages small">
        {view.stages.map((stage) => (
          <li key={stage.title}>{stage.title}</li>
        ))}
      </ol>
      <p className="soft small">{words.byModel(view.model, time(view.created_at))}</p>
    </section>
  );
}
