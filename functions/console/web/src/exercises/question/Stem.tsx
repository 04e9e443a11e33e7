// What a question asks, and what its parts say: Markdown where there is any, otherwise the text as it is.

import { useWords } from "../../language/language";
import { Markdown } from "../../ui/Markdown";
import { WORDS as SHARED } from "../words";
import { pieces } from "./gaps";

const MARKUP = /[`*_|[\]<>#~\\]|^\s*(?:\d+[.)]|[-+]) |\n\n/m; // parsing hundreds of plain texts would cost time

export function Stem({ text }: { text: string }) {
  if (MARKUP.test(text) && !text.includes("____")) return <Markdown text={text} />;
  return (
    <p className="exercises-text" dir="auto">
      {text}
    </p>
  );
}

/** A cloze question with what belongs into its blanks. */
export function FilledStem({ text, answers }: { text: string; answers: Record<string, string> }) {
  return (
    <p className="exercises-text" dir="auto">
      {pieces(text).map((piece) =>
        "gap" in piece ? (
          <mark key={piece.at} className="exercises-filled">
            {answers[piece.gap] ?? "____"}
          </mark>
        ) : (
          <span key={piece.at}>{piece.text}</span>
        ),
      )}
    </p>
  );
}

export function Truth({ value }: { value: boolean }) {
  const words = useWords(SHARED);
  return <strong>{value ? words.isTrue : words.isFalse}</strong>;
}
