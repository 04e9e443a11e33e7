// The text of a cloze question with a field in each of its gaps.
import { useWords } from "../../language/language";
import { pieces } from "../question/gaps";
import type { Answer } from "./answers";
import { WORDS } from "./words";

interface Props {
  text: string;
  answer: Answer | undefined;
  onAnswer: (answer: Answer) => void;
}

const ROOM = 2; // characters beside what is typed

export function GapText({ text, answer, onAnswer }: Props) {
  const words = useWords(WORDS);
  const filled = typeof answer === "object" && !Array.isArray(answer) ? answer : {};
  return (
    <p className="exercises-text exercises-gaps" dir="auto">
      {pieces(text).map((piece) =>
        "gap" in piece ? (
          <input
            key={piece.at}
            aria-label={words.gap(piece.gap)}
            autoComplete="off"
            style={{ inlineSize: `${Math.max(8, width(filled[piece.gap] ?? "") + ROOM)}ch` }}
            value={filled[piece.gap] ?? ""}
            onChange={(event) => onAnswer({ ...filled, [piece.gap]: event.target.value })}
          />
        ) : (
          <span key={piece.at}>{piece.text}</span>
        ),
      )}
    </p>
  );
}

/** In widths of a digit; a Chinese character is about two. */
const width = (text: string): number => [...text].reduce((sum, one) => sum + (one > "\u2e80" ? 2 : 1), 0);
