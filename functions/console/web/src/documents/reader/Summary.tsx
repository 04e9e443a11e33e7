// A document's summary: the kept one, and a new one as it is written.
import { Sparkles, Square } from "lucide-react";
import { isUnderWay, type Run } from "../../api/run";
import { useRun } from "../../api/useRun";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { ErrorNote } from "../../ui/feedback";
import { Markdown } from "../../ui/Markdown";
import type { StoredDocument } from "../library/pages";
import { useLibrary } from "../library/useLibrary";
import { WORDS } from "../words";

export function Summary({ document }: { document: StoredDocument }) {
  const words = useWords(WORDS);
  const library = useLibrary();
  const { run, start, stop } = useRun();
  const isBusy = isUnderWay(run);
  const summarise = async () => {
    const path = `api/v1/documents/${encodeURIComponent(document.id)}/summary`;
    const { phase, final } = await start(path, { stream: true, refresh: Boolean(document.summary) });
    if (phase === "done" && final.kept) library.change({ ...document, summary: String(final.summary) });
  };
  const text = run.content || document.summary;
  return (
    <section className="card stack" aria-label={words.summary}>
      <div className="row spread">
        <h2>{words.summary}</h2>
        {isBusy ? (
          <button type="button" className="small" onClick={stop}>
            <Square aria-hidden /> {words.stop}
          </button>
        ) : (
          <button type="button" className="small" disabled={!document.chunks} onClick={summarise}>
            <Sparkles aria-hidden /> {document.summary ? words.summariseAgain : words.summarise}
          </button>
        )}
      </div>
      <div aria-busy={isBusy}>
        {text ? <Markdown text={text} /> : !isBusy && <p className="soft">{words.noSummary}</p>}
      </div>
      <Progress run={run} />
      {run.phase === "failed" && <ErrorNote error={new Error(run.error)} onRetry={summarise} />}
    </section>
  );
}

function Progress({ run }: { run: Run }) {
  const words = useWords(WORDS);
  const { percent } = useFormats();
  const covered = typeof run.final.covered === "number" ? run.final.covered : 1;
  const said = run.phase === "broken" ? words.summaryBroken : isUnderWay(run) ? words.summarising : "";
  return (
    <p className="soft small" role="status" hidden={!said && covered === 1}>
      {said || words.summaryPart(percent(covered))}
    </p>
  );
}
