import { DocumentPicker } from "../../documents/DocumentPicker";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { KINDS, STATES } from "../kinds";
import { WORDS as SHARED } from "../words";
import { NO_FILTER, type Wanted } from "./filter";
import { WORDS } from "./words";

export function Filters({ wanted, onChange }: { wanted: Wanted; onChange: (wanted: Wanted) => void }) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  /** Without any filter it is `NO_FILTER` itself, which says so. */
  const set = (change: Partial<Wanted>) => {
    const next = { ...wanted, ...change };
    onChange(Object.values(next).some((value) => value.trim()) ? next : NO_FILTER);
  };
  return (
    <search className="exercises-filters" aria-label={words.filters}>
      <Text label={words.title} value={wanted.q} onChange={(q) => set({ q })} />
      <Choice
        label={words.type}
        value={wanted.type}
        options={KINDS.map((kind) => [kind, shared.kind[kind]])}
        onChange={(type) => set({ type })}
      />
      <Choice
        label={words.state}
        value={wanted.state}
        options={STATES.map((state) => [state, shared.state[state]])}
        onChange={(state) => set({ state })}
      />
      <Text label={words.concept} value={wanted.concept} onChange={(concept) => set({ concept })} />
      <fieldset className="field" aria-label={words.document}>
        <span className="label">{words.document}</span>
        <DocumentPicker
          chosen={wanted.document_id ? [wanted.document_id] : []}
          max={1}
          onChange={([document_id = ""]) => set({ document_id })}
        />
      </fieldset>
    </search>
  );
}

function Text({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (said: string) => void;
}) {
  return (
    <Field label={label}>
      {(tied) => (
        <input
          {...tied}
          type="search"
          maxLength={200}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value | "";
  options: [Value, string][];
  onChange: (chosen: Value | "") => void;
}) {
  const words = useWords(WORDS);
  return (
    <Field label={label}>
      {(tied) => (
        <select {...tied} value={value} onChange={(event) => onChange(event.target.value as Value | "")}>
          <option value="">{words.any}</option>
          {options.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
