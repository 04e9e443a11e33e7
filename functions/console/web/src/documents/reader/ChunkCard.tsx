import { memo } from "react";
import { useWords } from "../../language/language";
import { Copy } from "../../ui/Copy";
import { Quoted } from "../Quoted";
import type { Span } from "../spans";
import { WORDS } from "../words";
import type { Chunk } from "./useChunks";

const NOWHERE: Span = { start: 0, end: 0 };

interface Props {
  chunk: Chunk;
  isTarget: boolean;
  span: Span | null;
}

export const ChunkCard = memo(({ chunk, isTarget, span }: Props) => {
  const words = useWords(WORDS);
  const { text, page, heading, position, context } = chunk;
  const place = [page !== null && words.page(page), heading.join(" › ")].filter(Boolean).join(" · ");
  const number = words.chunk(position + 1);
  return (
    <article className="documents-chunk" data-target={isTarget || undefined}>
      <header>
        <h3>{place || number}</h3>
        {place && <span className="soft small">{number}</span>}
        <Copy text={text} />
      </header>
      {context && (
        <details className="small soft">
          <summary>{words.context}</summary>
          {context}
        </details>
      )}
      <Quoted text={text} {...(span ?? NOWHERE)} />
    </article>
  );
});
