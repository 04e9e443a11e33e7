// The answer as it is written. Its markers are buttons that lead to the events.
import { useMemo } from "react";
import type { Components } from "react-markdown";
import { isUnderWay, type Run } from "../../api/run";
import { useWords } from "../../language/language";
import { ErrorNote, Loading, Note } from "../../ui/feedback";
import { Markdown } from "../../ui/Markdown";
import { type Cited, linked, markerOf } from "./citations";
import { WORDS } from "./words";

interface Props {
  run: Run;
  cited: readonly Cited[];
  onCited: (event: Cited) => void;
}

export function AnswerText({ run, cited, onCited }: Props) {
  const words = useWords(WORDS);
  const components = useCitations(cited, onCited);
  if (run.phase === "idle") return null;
  return (
    <>
      {run.phase === "broken" && <Note tone="warn">{words.broken}</Note>}
      {isUnderWay(run) && !run.content && <Loading what={words.thinking} />}
      {run.content && (
        <div aria-live="polite" aria-busy={isUnderWay(run)}>
          <Markdown text={linked(run.content, cited)} components={components} />
        </div>
      )}
      {run.phase === "stopped" && <p className="soft">{words.stopped}</p>}
      {run.phase === "failed" && <ErrorNote error={new Error(run.error)} />}
    </>
  );
}

function useCitations(cited: readonly Cited[], onCited: (event: Cited) => void): Components {
  const words = useWords(WORDS);
  return useMemo(
    () => ({
      a: ({ href, children }) => {
        const found = cited.find(({ marker }) => marker === markerOf(href));
        if (!found)
          return (
            <a href={href} target="_blank" rel="noopener noreferrer nofollow">
              {children}
            </a>
          );
        return (
          <button
            type="button"
            className="events-marker"
            aria-label={words.citation(found.marker, found.title)}
            title={found.title}
            onClick={() => onCited(found)}
          >
            {children}
          </button>
        );
      },
    }),
    [cited, onCited, words],
  );
}
