// A citation marker in the text: a chip that opens its source. Until the answer is whole it is provisional.
import { createContext, useContext } from "react";
import type { Components } from "react-markdown";
import type { Source } from "../api/run";
import { useWords } from "../language/language";
import { standing, type Verdict } from "./citations";
import { WORDS } from "./words";

interface AnswerParts {
  sources: readonly Source[];
  verdict: Verdict | null;
  onOpen: (marker: number) => void;
}

/** By context: finished blocks aren't parsed again when the verdict comes. */
export const AnswerContext = createContext<AnswerParts>({
  sources: [],
  verdict: null,
  onOpen: () => undefined,
});

export const Cite: Components["cite"] = ({ node, children }) => {
  const { sources } = useContext(AnswerContext);
  const markers = String(node?.properties.sources).split(" ").map(Number);
  const known = markers.flatMap((marker) => sources.find((one) => one.marker === marker) ?? []);
  if (!known.length) return <>{children}</>;
  return known.map((source) => <Chip key={source.marker} source={source} />);
};

export function Chip({ source: { marker, filename } }: { source: Source }) {
  const words = useWords(WORDS);
  const { verdict, onOpen } = useContext(AnswerContext);
  const stands = standing(marker, verdict);
  const label = `${words.source(marker, filename)} (${words.standing[stands]})`;
  return (
    <button
      type="button"
      className={`ask-chip ${stands}`}
      title={label}
      aria-label={label}
      aria-haspopup="dialog"
      onClick={() => onOpen(marker)}
    >
      {marker}
      {stands === "unverified" && "?"}
    </button>
  );
}
