// Questions to a causal graph. The path that an answer was made from is named here, and lit in the picture.
import { SendHorizontal, Square } from "lucide-react";
import { type FormEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { isUnderWay, type Run } from "../api/run";
import { useRun } from "../api/useRun";
import { useWords } from "../language/language";
import { ErrorNote, Note } from "../ui/feedback";
import { Markdown } from "../ui/Markdown";
import { AnswerPathShown } from "./AnswerPathShown";
import { type CausalGraphAnswer, pathOf } from "./answers";
import type { Choice } from "./model";
import { failureOfRun } from "./Views";
import { WORDS } from "./words";

interface Props {
  graph: CausalGraphAnswer;
  onPath: (edges: ReadonlySet<string>) => void;
  onChoose: (choice: Choice) => void;
}

export function AskGraph({ graph, onPath, onChoose }: Props) {
  const words = useWords(WORDS);
  const id = useId();
  const { run, start, stop, clear } = useRun();
  const [question, setQuestion] = useState("");
  const isBusy = isUnderWay(run);
  const told = useMemo(() => pathOf(run.final, run.started), [run.final, run.started]);
  const edges = told.path.map((edge) => edge.id).join(); // told twice, when it begins and when it ends
  const light = useRef(onPath);
  light.current = onPath;
  useEffect(() => light.current(new Set(edges ? edges.split(",") : [])), [edges]);
  const ask = (asked: string) => {
    setQuestion(asked);
    void start("api/v1/causal-graph/ask", { question: asked, graph_id: graph.id, stream: true });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (question.trim() && !isBusy) ask(question.trim());
  };
  return (
    <section className="card stack" aria-labelledby={id}>
      <h3 id={id}>{words.ask}</h3>
      <form className="row" onSubmit={submit}>
        <div className="grow">
          <input
            aria-label={words.question}
            placeholder={words.questionHint}
            maxLength={2000}
            value={question}
            onChange={(event) => setQuestion(event.target.value)}
          />
        </div>
        <button type="submit" className="primary" disabled={isBusy || !question.trim()}>
          <SendHorizontal aria-hidden />
          {words.send}
        </button>
        {isBusy && (
          <button type="button" onClick={stop}>
            <Square aria-hidden />
            {words.stop}
          </button>
        )}
      </form>
      {run.phase === "idle" && <Examples graph={graph} onAsk={ask} />}
      <Answer run={run} />
      {told.path.length > 0 && <AnswerPathShown told={told} onChoose={onChoose} onClear={clear} />}
    </section>
  );
}

function Answer({ run }: { run: Run }) {
  const words = useWords(WORDS);
  const isBusy = isUnderWay(run);
  if (run.phase === "idle") return null;
  return (
    <div className="stack">
      <span className="hidden" role="status">
        {isBusy ? words.answering : words.answer}
      </span>
      {run.phase === "broken" && <Note>{words.broken}</Note>}
      {isBusy && !run.content && <span className="spinner" aria-hidden />}
      {run.content && (
        <section aria-label={words.answer} aria-busy={isBusy}>
          <Markdown text={run.content} />
        </section>
      )}
      {run.phase === "failed" && <ErrorNote error={failureOfRun(run)} />}
    </div>
  );
}

/** Questions of the surest edges, which are about this graph and have an answer. */
function Examples({ graph, onAsk }: { graph: CausalGraphAnswer; onAsk: (question: string) => void }) {
  const words = useWords(WORDS);
  const [first, second] = graph.edges;
  if (!first) return null;
  const next = graph.edges.find((edge) => edge.cause === first.effect) ?? first;
  const questions = [
    words.causesOf(first.effect),
    words.effectsOf((second ?? first).cause),
    words.wayBetween(first.cause, next.effect),
  ];
  return (
    <div className="row">
      <span className="soft small">{words.examples}</span>
      {questions.map((question) => (
        <button key={question} type="button" className="small graph-example" onClick={() => onAsk(question)}>
          {question}
        </button>
      ))}
    </div>
  );
}
