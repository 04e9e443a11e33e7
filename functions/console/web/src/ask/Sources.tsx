// Below an answer: what it quotes, and what else was read for it.
import type { Citation, Run, Source } from "../api/run";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { Chip } from "./Cite";
import { uncited, type Verdict } from "./citations";
import { WORDS } from "./words";

interface Props {
  run: Run;
  verdict: Verdict | null;
  onOpen: (marker: number) => void;
}

export function Sources({ run, verdict, onOpen }: Props) {
  const words = useWords(WORDS);
  const others = uncited(run.sources, verdict);
  const count = others.length < run.sources.length ? words.searchedToo : words.searched;
  const rewritten = typeof run.started.query === "string" ? run.started.query : "";
  return (
    <>
      {verdict && verdict.citations.length > 0 && (
        <section className="ask-sources">
          <h4>{words.sources}</h4>
          <ul>
            {verdict.citations.map((citation) => (
              <li key={`${citation.marker} ${citation.start}`}>
                <Quotation citation={citation} onOpen={onOpen} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {others.length > 0 && (
        <details className="ask-searched">
          <summary>{count(others.length)}</summary>
          {rewritten && (
            <p className="soft small">
              {words.searchedFor} <span dir="auto">{rewritten}</span>
            </p>
          )}
          <ul>
            {others.map((source) => (
              <li key={source.marker}>
                <Found source={source} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Quotation({ citation, onOpen }: { citation: Citation; onOpen: (marker: number) => void }) {
  return (
    <button
      type="button"
      className="ask-quotation"
      aria-haspopup="dialog"
      onClick={() => onOpen(citation.marker)}
    >
      <span className="ask-number" aria-hidden>
        {citation.marker}
      </span>
      <span className="ask-quote" dir="auto">
        {citation.quote}
      </span>
      <Where {...citation} />
    </button>
  );
}

function Found({ source }: { source: Source }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  return (
    <div className="ask-found">
      <Chip source={source} />
      <div>
        <Where {...source} />
        <p className="ask-begin" dir="auto">
          {source.text}
        </p>
      </div>
      <span className="soft small">{words.score(number(source.score, 2))}</span>
    </div>
  );
}

interface Place {
  filename: string;
  page: number | null;
  heading: readonly string[];
}

/** Where something stands: file, page, headings. */
export function Where({ filename, page, heading }: Place) {
  const words = useWords(WORDS);
  return (
    <span className="ask-where">
      <span className="ask-file">{filename}</span>
      {page !== null && <span>{words.page(page)}</span>}
      {heading.length > 0 && <span>{heading.join(" › ")}</span>}
    </span>
  );
}
