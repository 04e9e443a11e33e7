// A causal graph while it is being made: its edges as they are found.
import { useEffect, useRef, useState } from "react";
import { isUnderWay, type Run } from "../api/run";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { ErrorNote, Note } from "../ui/feedback";
import { type CausalEdgeAnswer, causalModel } from "./answers";
import { CausalExplorer } from "./CausalExplorer";
import { failureOfRun } from "./Views";
import { WORDS } from "./words";

const PAINTED_MS = 600; // edges come faster than a picture can be looked at

interface Props {
  run: Run;
  onStop: () => void;
  onClear: () => void;
}

export function Finding({ run, onStop, onClear }: Props) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const isBusy = isUnderWay(run);
  const items = useCalm(run.items, isBusy);
  return (
    <div className="stack">
      <div className="row">
        {isBusy && <span className="spinner" aria-hidden />}
        <span role="status">{statusOf(run, words)}</span>
        <span className="soft">{words.found(number(run.items.length))}</span>
        <button type="button" className="small" onClick={isBusy ? onStop : onClear}>
          {isBusy ? words.stop : words.clear}
        </button>
      </div>
      {run.phase === "failed" && <ErrorNote error={failureOfRun(run)} />}
      {run.phase === "stopped" && <Note>{words.stopped}</Note>}
      {items.length > 0 && <Found edges={items as CausalEdgeAnswer[]} of={String(run.started.of ?? "")} />}
    </div>
  );
}

function statusOf(run: Run, words: { finding: string; broken: string }): string {
  if (run.phase === "broken") return words.broken;
  return isUnderWay(run) ? words.finding : "";
}

function Found({ edges, of }: { edges: CausalEdgeAnswer[]; of: string }) {
  const [model, setModel] = useState(() => causalModel(edges));
  useEffect(() => setModel(causalModel(edges)), [edges]);
  return <CausalExplorer model={model} of={of === "events" ? "events" : "behaviors"} userId={null} />;
}

/** A value that changes at most so often, until `isBusy` ends. */
function useCalm<Value>(value: Value, isBusy: boolean): Value {
  const [shown, setShown] = useState(value);
  const at = useRef(0);
  useEffect(() => {
    const wait = isBusy ? Math.max(0, at.current + PAINTED_MS - performance.now()) : 0;
    const timer = setTimeout(() => {
      at.current = performance.now();
      setShown(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value, isBusy]);
  return shown;
}
