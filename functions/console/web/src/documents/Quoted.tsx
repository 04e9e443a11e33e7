// A chunk's text with a quote in it marked. Only ever text: whoever wrote the document may have written HTML.
import "./quoted.css";
import { cut, type Span } from "./spans";

/** `start` and `end` count code points of `text`, as the API does. */
export function Quoted({ text, start, end }: { text: string } & Span) {
  const { before, quoted, after } = cut(text, { start, end });
  return (
    <div className="quoted" dir="auto">
      {before}
      {quoted && <mark>{quoted}</mark>}
      {after}
    </div>
  );
}
