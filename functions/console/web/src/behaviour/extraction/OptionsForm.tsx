// How events are to be found; closed until somebody wants it otherwise.
import { useWords } from "../../language/language";
import { Check, Field } from "../../ui/Field";
import type { Options } from "./options";
import { WORDS } from "./words";

interface Props {
  options: Options;
  onChange: (options: Options) => void;
}

export function OptionsForm({ options, onChange }: Props) {
  const words = useWords(WORDS);
  const change = (to: Partial<Options>) => onChange({ ...options, ...to });
  return (
    <details>
      <summary>{words.options}</summary>
      <div className="events-fields">
        <Field label={words.titles}>
          {(tied) => (
            <select
              {...tied}
              value={options.language}
              onChange={(event) => change({ language: event.target.value as Options["language"] })}
            >
              {(["", "en", "zh"] as const).map((one) => (
                <option key={one} value={one}>
                  {words.titlesLanguage[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={words.gap}>
          {(tied) => (
            <input
              {...tied}
              type="number"
              min={1}
              max={1440}
              value={Number.isNaN(options.gapMinutes) ? "" : options.gapMinutes}
              onChange={(event) => change({ gapMinutes: event.target.valueAsNumber })}
            />
          )}
        </Field>
        <Field label={words.types} hint={words.typesHint}>
          {(tied) => (
            <input
              {...tied}
              value={options.types}
              onChange={(event) => change({ types: event.target.value })}
            />
          )}
        </Field>
        <Check label={words.refresh} checked={options.refresh} onChange={(refresh) => change({ refresh })} />
      </div>
    </details>
  );
}
