// A question about one user's events: the answer, and the events that it names, which light up in the timeline.
import { Send, Square } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { isUnderWay } from "../../api/run";
import type { RunHandle } from "../../api/useRun";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { Figures } from "../../ui/Figures";
import { AnswerText } from "./AnswerText";
import { CitedList } from "./CitedList";
import { type Cited, citedBy } from "./citations";
import { WORDS } from "./words";

interface Props {
  user: string;
  asking: RunHandle;
  onCited: (event: Cited) => void;
}

export function AskCard({ user, asking, onCited }: Props) {
  const words = useWords(WORDS);
  const id = useId();
  const [question, setQuestion] = useState("");
  const { run, start, stop, clear } = asking;
  const underWay = isUnderWay(run);
  const cited = citedBy(run);
  const ask = (event: FormEvent) => {
    event.preventDefault();
    start("api/v1/events/ask", { user_id: user, question: question.trim(), stream: true });
  };
  return (
    <section className="card stack" aria-labelledby={id}>
      <h2 id={id}>{words.title}</h2>
      <form className="row events-ask" onSubmit={ask}>
        <Field label={words.question}>
          {(tied) => (
            <input
              {...tied}
              maxLength={2000}
              placeholder={words.placeholder}
              value={question}
              onChange={(event) => setQuestion(event.target.value)}
            />
          )}
        </Field>
        {underWay ? (
          <button type="button" onClick={() => stop().catch(() => undefined)}>
            <Square aria-hidden />
            {words.stop}
          </button>
        ) : (
          <button type="submit" className="primary" disabled={!question.trim()}>
            <Send aria-hidden />
            {words.ask}
          </button>
        )}
      </form>
      <AnswerText run={run} cited={cited} onCited={onCited} />
      {cited.length > 0 && (
        <>
          <CitedList cited={cited} onCited={onCited} />
          <div className="row">
            <button type="button" className="small" onClick={clear}>
              {words.unlit}
            </button>
          </div>
        </>
      )}
      <Figures metrics={run.metrics} />
    </section>
  );
}
