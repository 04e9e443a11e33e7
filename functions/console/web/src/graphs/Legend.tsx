// What the lines of the picture mean: their colour and their dashes.
import { useWords } from "../language/language";
import { EDGE_KINDS, type EdgeKind } from "./model";
import { DASHES, TOKENS } from "./palette";
import { WORDS } from "./words";

export function Legend({ kinds }: { kinds: ReadonlySet<EdgeKind> }) {
  const words = useWords(WORDS);
  const shown = EDGE_KINDS.filter((kind) => kinds.has(kind));
  if (shown.length === 0 || (shown.length === 1 && kinds.has("follows"))) return null;
  return (
    <ul className="graph-legend" aria-label={words.legend}>
      {shown.map((kind) => (
        <li key={kind}>
          <svg viewBox="0 0 40 8" aria-hidden="true">
            <line
              x1="1"
              y1="4"
              x2="32"
              y2="4"
              strokeWidth="2"
              stroke={`var(${TOKENS[kind]})`}
              strokeDasharray={DASHES[kind] ? `${DASHES[kind] * 0.6} ${DASHES[kind] * 0.4}` : undefined}
            />
            <path d="M31 0.5 L39 4 L31 7.5 Z" fill={`var(${TOKENS[kind]})`} />
          </svg>
          {words.kinds[kind]}
        </li>
      ))}
    </ul>
  );
}
