// An answer as it is written, with what it is from.
import { useMemo, useState } from "react";
import { isUnderWay, type Run } from "../api/run";
import { useWords } from "../language/language";
import { Markdown } from "../ui/Markdown";
import { AnswerContext, Cite } from "./Cite";
import { verdictOf } from "./citations";
import { remarkMarkers } from "./markers";
import { SourceDrawer } from "./SourceDrawer";
import { Sources } from "./Sources";
import { VerdictNotes } from "./VerdictNotes";
import { WORDS } from "./words";

const COMPONENTS = { cite: Cite };
const PLUGINS = [remarkMarkers];

export function Answer({ run }: { run: Run }) {
  const words = useWords(WORDS);
  const [opened, setOpened] = useState<number | null>(null);
  const { phase, final, sources } = run;
  const verdict = useMemo(() => verdictOf(phase, final), [phase, final]);
  const context = useMemo(() => ({ sources, verdict, onOpen: setOpened }), [sources, verdict]);
  const source = sources.find(({ marker }) => marker === opened);
  return (
    <AnswerContext value={context}>
      {run.reasoning && (
        <details className="ask-thoughts">
          <summary>{words.thoughts}</summary>
          <p dir="auto">{run.reasoning}</p>
        </details>
      )}
      {run.resets > 0 && <p className="soft small">{words.beganAgain}</p>}
      <div className="ask-answer" aria-busy={isUnderWay(run)}>
        <Markdown text={run.content} components={COMPONENTS} plugins={PLUGINS} />
      </div>
      {verdict && <VerdictNotes verdict={verdict} />}
      {!isUnderWay(run) && <Sources run={run} verdict={verdict} onOpen={setOpened} />}
      {source && <SourceDrawer source={source} verdict={verdict} onClose={() => setOpened(null)} />}
    </AnswerContext>
  );
}
