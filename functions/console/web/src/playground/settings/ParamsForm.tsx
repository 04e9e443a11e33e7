// Fields for the parameters of a generation.
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { WORDS } from "../words";
import { CodeEntry, Entry, TextEntry } from "./Entry";
import {
  type Fault,
  type Faults,
  NUMBER_NAMES,
  NUMBERS,
  type NumberName,
  type ParamsDraft,
  paramsOf,
  type ResponseFormat,
} from "./params";

interface Props {
  draft: ParamsDraft;
  onChange: (draft: ParamsDraft) => void;
}

interface FieldProps extends Props {
  faults: Faults;
}

const EFFORTS = ["none", "minimal", "low", "medium", "high"];
const FORMATS: readonly ResponseFormat[] = ["", "text", "json_object", "json_schema"];

export function ParamsForm({ draft, onChange }: Props) {
  const words = useWords(WORDS);
  const { faults } = paramsOf(draft);
  const rest = { draft, onChange, faults };
  const isUsed = [draft.stop, draft.response_format, draft.extra].some(Boolean);
  return (
    <fieldset className="stack">
      <legend className="playground-legend">{words.params}</legend>
      <p className="small soft">{words.paramsHint}</p>
      <div className="playground-grid">
        {NUMBER_NAMES.map((name) => (
          <NumberEntry key={name} name={name} {...rest} />
        ))}
        <TextEntry
          label="reasoning_effort"
          value={draft.reasoning_effort}
          list="playground-efforts"
          onChange={(reasoning_effort) => onChange({ ...draft, reasoning_effort })}
        />
        <datalist id="playground-efforts">
          {EFFORTS.map((effort) => (
            <option key={effort} value={effort} />
          ))}
        </datalist>
      </div>
      <details open={isUsed || undefined}>
        <summary>{words.moreParams}</summary>
        <MoreParams {...rest} />
      </details>
    </fieldset>
  );
}

function NumberEntry({ name, draft, onChange, faults }: FieldProps & { name: NumberName }) {
  const said = useFaultWords();
  const { least, most, step } = NUMBERS[name];
  return (
    <Entry label={name} fault={said(faults[name], name)}>
      {(tied) => (
        <input
          {...tied}
          type="number"
          inputMode="decimal"
          min={least}
          max={most}
          step={step}
          value={draft[name]}
          onChange={(event) => onChange({ ...draft, [name]: event.target.value })}
        />
      )}
    </Entry>
  );
}

function MoreParams({ draft, onChange, faults }: FieldProps) {
  const words = useWords(WORDS);
  const said = useFaultWords();
  return (
    <div className="stack playground-more">
      <CodeEntry
        label={words.stops}
        hint={words.stopsHint}
        fault={said(faults.stop)}
        rows={2}
        value={draft.stop}
        onChange={(stop) => onChange({ ...draft, stop })}
      />
      <Entry label={words.format}>
        {(tied) => (
          <select
            {...tied}
            value={draft.response_format}
            onChange={(event) =>
              onChange({ ...draft, response_format: event.target.value as ResponseFormat })
            }
          >
            {FORMATS.map((format) => (
              <option key={format} value={format}>
                {words.formats[format]}
              </option>
            ))}
          </select>
        )}
      </Entry>
      {draft.response_format === "json_schema" && (
        <CodeEntry
          label={words.schema}
          hint={words.schemaHint}
          fault={said(faults.json_schema)}
          rows={6}
          value={draft.json_schema}
          onChange={(json_schema) => onChange({ ...draft, json_schema })}
        />
      )}
      <CodeEntry
        label={words.extra}
        hint={words.extraHint}
        fault={said(faults.extra)}
        placeholder={'{"top_k": 20}'}
        value={draft.extra}
        onChange={(extra) => onChange({ ...draft, extra })}
      />
    </div>
  );
}

export function useFaultWords(): (fault: Fault | undefined, name?: NumberName) => string | undefined {
  const { faults } = useWords(WORDS);
  const { number } = useFormats();
  return (fault, name) => {
    if (!fault) return undefined;
    if (fault !== "range") return faults[fault];
    const { least, most } = NUMBERS[name ?? "temperature"];
    return faults.range(number(least), number(most));
  };
}
