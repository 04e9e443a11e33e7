// The number that is right, how far an answer may be off, and its unit. An import may have several numbers.
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import type { Question } from "../kinds";
import { replacedAt } from "./edits";
import { WORDS } from "./words";

type Numeric = Extract<Question, { type: "numeric" }>;

interface Props {
  question: Numeric;
  onChange: (question: Numeric) => void;
}

export function NumbersEditor({ question, onChange }: Props) {
  const words = useWords(WORDS);
  const { accepted, unit } = question;
  const set = (at: number, change: Partial<Numeric["accepted"][number]>) =>
    onChange({ ...question, accepted: replacedAt(accepted, at, change) });
  return (
    <>
      {accepted.map(({ value, tolerance }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have no ids, and none is added or taken away
        <div key={at} className="exercises-pair">
          <Figure label={words.value} value={value} onChange={(next) => set(at, { value: next })} />
          <Figure
            label={words.tolerance}
            value={tolerance}
            min={0}
            onChange={(next) => set(at, { tolerance: next })}
          />
        </div>
      ))}
      <Field label={words.unit}>
        {(tied) => (
          <input
            {...tied}
            value={unit}
            onChange={(event) => onChange({ ...question, unit: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

interface FigureProps {
  label: string;
  value: number;
  min?: number;
  onChange: (value: number) => void;
}

export function Figure({ label, value, min, onChange }: FigureProps) {
  return (
    <Field label={label}>
      {(tied) => (
        <input
          {...tied}
          required
          type="number"
          step="any"
          min={min}
          value={Number.isNaN(value) ? "" : value}
          onChange={(event) => onChange(event.target.valueAsNumber)}
        />
      )}
    </Field>
  );
}
