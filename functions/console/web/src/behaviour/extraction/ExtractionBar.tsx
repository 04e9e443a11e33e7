// Finds the events of one user: start, how far it is, stop, and what could not be read.
import { Sparkles, Square } from "lucide-react";
import { useState } from "react";
import { isUnderWay, type Run } from "../../api/run";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { ErrorNote, Note } from "../../ui/feedback";
import { ExtractionOutcome } from "./ExtractionOutcome";
import { OptionsForm } from "./OptionsForm";
import { USUAL } from "./options";
import type { Extraction } from "./useExtraction";
import { WORDS } from "./words";

export function ExtractionBar({ extraction, isKnown }: { extraction: Extraction; isKnown: boolean }) {
  const words = useWords(WORDS);
  const [options, setOptions] = useState(USUAL);
  const { run, start } = extraction;
  const label = run.phase === "stopped" ? words.goOn : isKnown ? words.again : words.find;
  return (
    <div className="stack">
      <div className="row events-bar">
        {isUnderWay(run) ? (
          <Stop stop={extraction.stop} />
        ) : (
          <button type="button" className={isKnown ? "" : "primary"} onClick={() => start(options)}>
            <Sparkles aria-hidden />
            {label}
          </button>
        )}
        <Status run={run} />
        {!isUnderWay(run) && <OptionsForm options={options} onChange={setOptions} />}
      </div>
      {run.phase === "failed" && <ErrorNote error={new Error(run.error)} />}
      {run.phase === "done" && <ExtractionOutcome final={run.final} />}
    </div>
  );
}

function Stop({ stop }: { stop: () => Promise<void> }) {
  const words = useWords(WORDS);
  const [isAsked, setIsAsked] = useState(false);
  const press = () => {
    setIsAsked(true);
    stop().catch(() => setIsAsked(false));
  };
  return (
    <button type="button" disabled={isAsked} onClick={press}>
      <Square aria-hidden />
      {isAsked ? words.stopping : words.stop}
    </button>
  );
}

/** Said once a change of what it does, not with every event: the count is for eyes. */
function Status({ run }: { run: Run }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const count = number(run.items.length);
  if (run.phase === "broken") return <Note tone="warn">{words.broken}</Note>;
  if (run.phase === "stopped") return <p role="status">{words.stopped(count)}</p>;
  if (!isUnderWay(run)) return null;
  return (
    <p className="row soft">
      <span className="spinner" aria-hidden />
      <span>{words.finding(count)}</span>
    </p>
  );
}
