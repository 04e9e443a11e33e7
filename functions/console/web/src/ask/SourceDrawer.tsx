// A source at the page's side: its text, with what the answer quotes marked.
import { useMutation } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, ExternalLink } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { Citation, Source } from "../api/run";
import { pathOf } from "../documents/place/locate";
import { Quoted } from "../documents/Quoted";
import { useWords } from "../language/language";
import { Dialog } from "../ui/Dialog";
import { ErrorNote, Note } from "../ui/feedback";
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
    text.current?.querySelector("mark")?.scrollIntoView({ block: "center", inline: "nearest" });
  }, [shown]);
  return (
    <Dialog drawer title={words.sourceNumber(source.marker)} onClose={onClose}>
      <div className="stack">
        <Where {...source} {...citation} />
        <ToDocument source={source} citation={citation} />
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

/** To the reader: at the quote, whose chunk has to be looked for, or at what was retrieved. */
function ToDocument({ source, citation }: { source: Source; citation: Citation | undefined }) {
  const words = useWords(WORDS);
  const [, navigate] = useLocation();
  const chunk = `/documents/${source.document_id}/${encodeURIComponent(source.chunk_id)}`;
  const found = useMutation({
    mutationFn: async () => (citation ? pathOf(citation) : chunk),
    onSuccess: (path) => navigate(path),
  });
  return (
    <>
      <div>
        <button type="button" className="small" disabled={found.isPending} onClick={() => found.mutate()}>
          {found.isPending ? <span className="spinner" aria-hidden /> : <ExternalLink aria-hidden />}
          {words.openDocument}
        </button>
      </div>
      {found.error && <ErrorNote error={found.error} />}
    </>
  );
}
