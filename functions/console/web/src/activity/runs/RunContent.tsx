// What a run has come to so far, whatever it is a run of.
import { useState } from "react";
import { isUnderWay, type Run, type Source, type ToolCall } from "../../api/run";
import { useWords } from "../../language/language";
import { ErrorNote, Loading, Note } from "../../ui/feedback";
import { Markdown } from "../../ui/Markdown";
import { compact } from "./json";
import { WORDS } from "./words";

export function RunContent({ run, error }: { run: Run; error: string }) {
  const words = useWords(WORDS);
  const goesOn = isUnderWay(run);
  const isEmpty = !(run.content || run.reasoning || run.items.length || run.toolCalls.length);
  return (
    <div className="stack loose">
      {run.phase === "broken" && <Note tone="warn">{words.broken}</Note>}
      {run.phase === "asking" && <Loading what={words.waiting} />}
      {error && <ErrorNote error={new Error(error)} />}
      {run.resets > 0 && <p className="soft small">{words.restarted(run.resets)}</p>}
      {run.reasoning && (
        <details>
          <summary>{words.reasoning}</summary>
          <Markdown text={run.reasoning} />
        </details>
      )}
      {run.content && (
        <section className="card" aria-label={words.answer} aria-busy={goesOn}>
          <Markdown text={run.content} />
        </section>
      )}
      {isEmpty && !goesOn && !error && <p className="soft">{words.noAnswer}</p>}
      {run.toolCalls.length > 0 && <Calls calls={run.toolCalls} />}
      {run.items.length > 0 && <Items items={run.items} />}
      {run.sources.length > 0 && <Sources sources={run.sources} />}
    </div>
  );
}

function Calls({ calls }: { calls: ToolCall[] }) {
  const words = useWords(WORDS);
  return (
    <section className="stack">
      <h2>{words.calls(calls.length)}</h2>
      {calls.map((call) => (
        <details key={call.id || call.index} className="card">
          <summary>
            <code>{call.name}</code>
          </summary>
          <pre>{call.arguments}</pre>
          {call.result !== undefined && (
            <>
              <h3>{words.result}</h3>
              <pre className="activity-wrapped">{call.result}</pre>
            </>
          )}
        </details>
      ))}
    </section>
  );
}

const ITEMS = 30;

function Items({ items }: { items: unknown[] }) {
  const words = useWords(WORDS);
  const [shown, setShown] = useState(ITEMS);
  return (
    <section className="stack">
      <h2>{words.items(items.length)}</h2>
      <ol className="activity-items">
        {items.slice(0, shown).map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items only come to the end, and have no id of their own
          <li key={at}>
            <code>{compact(item)}</code>
          </li>
        ))}
      </ol>
      {items.length > shown && (
        <button type="button" className="small" onClick={() => setShown(shown + 10 * ITEMS)}>
          {words.moreItems(Math.min(10 * ITEMS, items.length - shown))}
        </button>
      )}
    </section>
  );
}

function Sources({ sources }: { sources: Source[] }) {
  const words = useWords(WORDS);
  return (
    <section className="stack">
      <h2>{words.sources(sources.length)}</h2>
      {sources.map((source) => (
        <details key={source.chunk_id} className="card">
          <summary>
            {[source.filename, source.page && words.page(source.page), source.heading?.at(-1)]
              .filter(Boolean)
              .join(" · ")}
          </summary>
          <p className="activity-wrapped">{source.text}</p>
        </details>
      ))}
    </section>
  );
}
