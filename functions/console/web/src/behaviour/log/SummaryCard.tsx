// A log in a few sentences, written by a model.
import { NotebookText, Square } from "lucide-react";
import { useId } from "react";
import { isUnderWay } from "../../api/run";
import { useRun } from "../../api/useRun";
import { useLanguage, useWords } from "../../language/language";
import { Figures } from "../../ui/Figures";
import { ErrorNote, Loading, Note } from "../../ui/feedback";
import { Markdown } from "../../ui/Markdown";
import { WORDS } from "./words";

export function SummaryCard({ user }: { user: string }) {
  const words = useWords(WORDS);
  const { language } = useLanguage();
  const id = useId();
  const { run, start, stop } = useRun();
  const underWay = isUnderWay(run);
  const begin = () => start(`api/v1/events/summary/${encodeURIComponent(user)}`, { stream: true, language });
  return (
    <section className="card stack" aria-labelledby={id}>
      <div className="row spread">
        <h2 id={id}>{words.summary}</h2>
        {underWay ? (
          <button type="button" onClick={() => stop().catch(() => undefined)}>
            <Square aria-hidden />
            {words.stop}
          </button>
        ) : (
          <button type="button" onClick={begin}>
            <NotebookText aria-hidden />
            {run.content ? words.again : words.summarise}
          </button>
        )}
      </div>
      {run.phase === "broken" && <Note tone="warn">{words.broken}</Note>}
      {underWay && !run.content && <Loading what={words.writing} />}
      {run.content && (
        <div aria-live="polite" aria-busy={underWay}>
          <Markdown text={run.content} />
        </div>
      )}
      {run.phase === "stopped" && <p className="soft">{words.stopped}</p>}
      {run.phase === "failed" && <ErrorNote error={new Error(run.error)} />}
      <Figures metrics={run.metrics} />
    </section>
  );
}
