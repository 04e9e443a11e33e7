// Which events are shown. The types are the picture's legend as well.
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { Ink } from "../Ink";
import { useTypeNames } from "../types";
import { counted, type Filter, isOpen, OPEN } from "./filter";
import type { FoundEvent } from "./useEvents";
import { WORDS } from "./words";

interface Props {
  events: readonly FoundEvent[];
  filter: Filter;
  onChange: (filter: Filter) => void;
}

export function FilterForm({ events, filter, onChange }: Props) {
  const words = useWords(WORDS);
  const change = (to: Partial<Filter>) => onChange({ ...filter, ...to });
  return (
    <div className="stack">
      <Types events={events} filter={filter} onChange={onChange} />
      <details>
        <summary>{words.filter}</summary>
        <div className="row events-when">
          <Field label={words.find}>
            {(tied) => (
              <input
                {...tied}
                type="search"
                value={filter.text}
                onChange={(event) => change({ text: event.target.value })}
              />
            )}
          </Field>
          {(["from", "to"] as const).map((end) => (
            <Field key={end} label={words[end]}>
              {(tied) => (
                <input
                  {...tied}
                  type="date"
                  value={filter[end]}
                  onChange={(event) => change({ [end]: event.target.value })}
                />
              )}
            </Field>
          ))}
          {!isOpen(filter) && (
            <button type="button" className="plain small" onClick={() => onChange(OPEN)}>
              {words.reset}
            </button>
          )}
        </div>
      </details>
    </div>
  );
}

function Types({ events, filter, onChange }: Props) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const nameOf = useTypeNames();
  const toggle = (type: string) => {
    const types = new Set(filter.types);
    if (!types.delete(type)) types.add(type);
    onChange({ ...filter, types });
  };
  return (
    <fieldset className="row">
      <legend className="hidden">{words.types}</legend>
      {counted(events).map(([type, count]) => (
        <button
          key={type}
          type="button"
          className="events-type"
          aria-pressed={filter.types.has(type)}
          onClick={() => toggle(type)}
        >
          <Ink type={type} />
          {nameOf(type)}
          <span className="soft">{number(count)}</span>
        </button>
      ))}
    </fieldset>
  );
}
