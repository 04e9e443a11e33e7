// A prompt and its reply in a column.
import { RotateCcw } from "lucide-react";
import { memo } from "react";
import { isUnderWay, type Run } from "../../api/run";
import { useWords } from "../../language/language";
import { Copy } from "../../ui/Copy";
import { Figures } from "../../ui/Figures";
import { Note } from "../../ui/feedback";
import { Markdown } from "../../ui/Markdown";
import { WORDS } from "../words";
import type { Exchange } from "./exchange";
import { ToolCalls } from "./ToolCalls";

/** `onAgain` is there for the last one only. */
export const ExchangeView = memo(({ exchange, onAgain }: { exchange: Exchange; onAgain?: () => void }) => {
  const words = useWords(WORDS);
  const { prompt, run } = exchange;
  return (
    <li className="stack">
      <div className="playground-prompt">
        <span className="hidden">{words.prompt}: </span>
        {prompt}
      </div>
      <Answer run={run} />
      {!isUnderWay(run) && (
        <div className="row spread">
          <Figures metrics={run.metrics} />
          <span className="row">
            {run.content && <Copy text={run.content} />}
            {onAgain && (
              <button type="button" className="small plain" onClick={onAgain}>
                <RotateCcw aria-hidden />
                {words.again}
              </button>
            )}
          </span>
        </div>
      )}
    </li>
  );
});

function Answer({ run }: { run: Run }) {
  const words = useWords(WORDS);
  const isOn = isUnderWay(run);
  const isSilent = !run.content && !run.toolCalls.length && !run.error && !isOn;
  return (
    <section className="stack" aria-label={words.answer} aria-busy={isOn}>
      {run.resets > 0 && <p className="small soft">{words.resets(run.resets)}</p>}
      {run.reasoning && (
        <details className="playground-reasoning" open={isOn && !run.content}>
          <summary>{words.reasoning}</summary>
          <Markdown text={run.reasoning} />
        </details>
      )}
      <ToolCalls calls={run.toolCalls} isUnderWay={isOn} />
      {run.content && <Markdown text={run.content} />}
      {isOn && <span className="playground-caret" aria-hidden />}
      {isSilent && <p className="small soft">{words.silent}</p>}
      {run.final.finish_reason === "length" && <p className="small soft">{words.cut}</p>}
      {run.error && <Note tone="bad">{run.error}</Note>}
    </section>
  );
}
