// How many questions of which type.
import { Minus, Plus } from "lucide-react";
import { useWords } from "../../language/language";
import { KINDS, type Kind } from "../kinds";
import { WORDS as SHARED } from "../words";
import { type Draft, MAX_QUESTIONS, total } from "./request";
import { WORDS } from "./words";

interface Props {
  counts: Draft["counts"];
  onChange: (counts: Draft["counts"]) => void;
}

export function Counts({ counts, onChange }: Props) {
  const words = useWords(WORDS);
  const sum = total(counts);
  return (
    <fieldset className="stack">
      <legend className="hidden">{words.kinds}</legend>
      <div className="exercises-counts">
        {KINDS.map((kind) => (
          <Count
            key={kind}
            kind={kind}
            count={counts[kind] ?? 0}
            onChange={(count) => onChange({ ...counts, [kind]: count })}
          />
        ))}
      </div>
      <p className={sum > MAX_QUESTIONS ? "bad" : "soft"} role="status">
        {words.total(sum)}
        {sum > MAX_QUESTIONS && ` · ${words.tooMany}`}
      </p>
    </fieldset>
  );
}

function Count({ kind, count, onChange }: { kind: Kind; count: number; onChange: (count: number) => void }) {
  const words = useWords(WORDS);
  const name = useWords(SHARED).kind[kind];
  const set = (next: number) => onChange(Math.max(0, Math.min(MAX_QUESTIONS, Math.floor(next) || 0)));
  return (
    <div className={count ? "exercises-count some" : "exercises-count"}>
      <span className="clip" title={name}>
        {name}
      </span>
      <button
        type="button"
        className="plain small"
        aria-label={words.fewer(name)}
        disabled={!count}
        onClick={() => set(count - 1)}
      >
        <Minus aria-hidden />
      </button>
      <input
        type="number"
        inputMode="numeric"
        aria-label={name}
        min={0}
        max={MAX_QUESTIONS}
        value={count}
        onChange={(event) => set(event.target.valueAsNumber)}
      />
      <button
        type="button"
        className="plain small"
        aria-label={words.more(name)}
        onClick={() => set(count + 1)}
      >
        <Plus aria-hidden />
      </button>
    </div>
  );
}
