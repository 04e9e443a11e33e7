// A question and its answer.
import { Code, RotateCw } from "lucide-react";
import { memo, useState } from "react";
import { Failure } from "../api/failure";
import { isUnderWay, type Run } from "../api/run";
import { useWords } from "../language/language";
import { Copy } from "../ui/Copy";
import { Figures } from "../ui/Figures";
import { ErrorNote } from "../ui/feedback";
import { Answer } from "./Answer";
import { CodeDialog } from "./CodeDialog";
import type { Turn } from "./conversation";
import { Status } from "./Status";
import { WORDS } from "./words";

interface Props {
  turn: Turn;
  /** Asks the question again; only the last one's can be. */
  onAgain?: () => void;
}

export const TurnView = memo(({ turn, onAgain }: Props) => {
  const words = useWords(WORDS);
  const { asked, run } = turn;
  return (
    <article className="ask-turn">
      <h2 className="hidden">{words.you}</h2>
      <p className="ask-question" dir="auto">
        {asked.query}
      </p>
      <h3 className="hidden">{words.answer}</h3>
      <Answer run={run} />
      {run.phase === "failed" && <ErrorNote error={failureOf(run)} onRetry={onAgain} />}
      <Status run={run} />
      {!isUnderWay(run) && <Actions turn={turn} onAgain={onAgain} />}
    </article>
  );
});

function Actions({ turn: { asked, run }, onAgain }: Props) {
  const words = useWords(WORDS);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="ask-actions">
      {run.content && <Copy text={run.content} label={words.copyAnswer} />}
      <button type="button" className="small plain" aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
        <Code aria-hidden />
        {words.asCode}
      </button>
      {run.phase === "stopped" && onAgain && (
        <button type="button" className="small plain" onClick={onAgain}>
          <RotateCw aria-hidden />
          {words.askAgain}
        </button>
      )}
      <Figures metrics={run.metrics} />
      {isOpen && <CodeDialog asked={asked} onClose={() => setIsOpen(false)} />}
    </div>
  );
}

function failureOf({ error, problem }: Run): Failure {
  return new Failure({ ...problem, detail: error }, Number(problem.status ?? 0));
}
