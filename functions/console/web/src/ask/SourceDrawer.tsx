// A source at the page's side: its text, with what the answer quotes marked.
import { ChevronLeft, ChevronRight, ExternalLink } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import type { Source } from "../api/run";
import { Quoted } from "../documents/Quoted";
import { useWords } from "../language/language";
import { Dialog } from "../ui/Dialog";
import { Note } from "../ui/feedback";
import { placeOf, type Verdict } from "./citations";
import { Where } from "./Sources";
import { WORDS } from "./words";

interface Props {
  source: Source;
  verdict: Verdict | null;
  onClose: () => void;
}

export function SourceDrawer({ source, verdict, onClose }: Props) {
  const words = useWords(WORDS);
  const quotes = verdict?.citations.filter(({ marker }) => marker === source.marker) ?? [];
  const [shown, setShown] = useState(0);
  const citation = quotes[shown];
  const [start, end] = (citation && placeOf(citation, source.text, quotes)) ?? [0, 0];
  const text = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another quote is to be seen
  useEffect(() => {
    text.current?.querySelector("mark")?.scrollIntoView({ block: "center" });
  }, [shown]);
  return (
    <Dialog drawer title={words.source(source.marker, source.filename)} onClose={onClose}>
      <div className="stack">
        <div className="row spread">
          <Where {...source} {...citation} />
          <Link className="button small" href={addressOf(source, citation)}>
            <ExternalLink aria-hidden />
            {words.openDocument}
          </Link>
        </div>
        {quotes.length > 1 && <Steps shown={shown} count={quotes.length} onShow={setShown} />}
        {verdict && !quotes.length && verdict.unverified.includes(source.marker) && (
          <Note tone="warn">{words.unverifiedSource}</Note>
        )}
        <div ref={text}>
          <Quoted text={source.text} start={start} end={end} />
        </div>
      </div>
    </Dialog>
  );
}

function Steps({ shown, count, onShow }: { shown: number; count: number; onShow: (at: number) => void }) {
  const words = useWords(WORDS);
  return (
    <div className="row">
      <button
        type="button"
        className="small"
        aria-label={words.previousQuote}
        disabled={shown === 0}
        onClick={() => onShow(shown - 1)}
      >
        <ChevronLeft aria-hidden />
      </button>
      <span role="status">{words.quoteOf(shown + 1, count)}</span>
      <button
        type="button"
        className="small"
        aria-label={words.nextQuote}
        disabled={shown === count - 1}
        onClick={() => onShow(shown + 1)}
      >
        <ChevronRight aria-hidden />
      </button>
    </div>
  );
}

function addressOf({ document_id, chunk_id }: Source, quote?: { start: number; end: number }): string {
  const chunk = `/documents/${document_id}/${encodeURIComponent(chunk_id)}`;
  return quote ? `${chunk}/${quote.start}-${quote.end}` : chunk;
}
