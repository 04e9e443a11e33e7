// What a pattern has to be to be shown.
import { useWords } from "../../language/language";
import { Check, Field } from "../../ui/Field";
import type { Wanted } from "./pattern";
import { WORDS } from "./words";

interface Props {
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
}

export function PatternControls({ wanted, onChange }: Props) {
  const words = useWords(WORDS);
  const change = (to: Partial<Wanted>) => onChange({ ...wanted, ...to });
  return (
    <div className="card stack">
      <div className="events-controls">
        <Choice label={words.of} names={words.ofWhat} chosen={wanted.of} onChoose={(of) => change({ of })} />
        <Choice label={words.by} names={words.byWhat} chosen={wanted.by} onChoose={(by) => change({ by })} />
        <Count
          label={words.support}
          hint={words.supportHint}
          least={1}
          most={100}
          value={wanted.support}
          onChange={(support) => change({ support: support ?? 1 })}
        />
        <Count
          label={words.least}
          least={1}
          most={10}
          value={wanted.least}
          onChange={(least) => change({ least: least ?? 1 })}
        />
        <Count
          label={words.most}
          least={1}
          most={10}
          value={wanted.most}
          onChange={(most) => change({ most: most ?? 10 })}
        />
        <Count
          label={words.gap}
          hint={words.gapHint}
          least={0}
          most={100}
          value={wanted.gap}
          onChange={(gap) => change({ gap })}
        />
      </div>
      <Check label={words.closed} checked={wanted.closed} onChange={(closed) => change({ closed })} />
    </div>
  );
}

interface ChoiceProps<Name extends string> {
  label: string;
  names: Record<Name, string>;
  chosen: Name;
  onChoose: (name: Name) => void;
}

function Choice<Name extends string>({ label, names, chosen, onChoose }: ChoiceProps<Name>) {
  return (
    <Field label={label}>
      {(tied) => (
        <select {...tied} value={chosen} onChange={(event) => onChoose(event.target.value as Name)}>
          {Object.entries<string>(names).map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CountProps {
  label: string;
  hint?: string;
  least: number;
  most: number;
  value: number | null;
  onChange: (value: number | null) => void;
}

/** Nothing typed is null; what is out of bounds is taken as the bound. */
function Count({ label, hint, least, most, value, onChange }: CountProps) {
  return (
    <Field label={label} hint={hint}>
      {(tied) => (
        <input
          {...tied}
          type="number"
          min={least}
          max={most}
          value={value ?? ""}
          onChange={({ target }) => {
            const typed = target.valueAsNumber;
            onChange(Number.isNaN(typed) ? null : Math.min(most, Math.max(least, Math.round(typed))));
          }}
        />
      )}
    </Field>
  );
}
