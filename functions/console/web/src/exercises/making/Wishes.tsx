// What the questions should be like, and which model writes them.
import { useWords } from "../../language/language";
import { Check, Field } from "../../ui/Field";
import { LanguageField, ModelField } from "../Fields";
import { BLOOM, DIFFICULTIES, type Difficulty } from "../kinds";
import { WORDS as SHARED } from "../words";
import type { Draft } from "./request";
import { WORDS } from "./words";

interface Props {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}

export function Wishes({ draft, onChange }: Props) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  return (
    <div className="stack">
      <div className="exercises-pair">
        <Field label={words.name} hint={words.nameHint}>
          {(tied) => (
            <input
              {...tied}
              maxLength={200}
              value={draft.title}
              onChange={(event) => onChange({ title: event.target.value })}
            />
          )}
        </Field>
        <Field label={words.difficulty}>
          {(tied) => (
            <select
              {...tied}
              value={draft.difficulty}
              onChange={(event) => onChange({ difficulty: event.target.value as Difficulty | "" })}
            >
              <option value="">{words.mixed}</option>
              {DIFFICULTIES.map((one) => (
                <option key={one} value={one}>
                  {shared.difficulty[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <LanguageField value={draft.language} onChange={(language) => onChange({ language })} />
        <ModelField value={draft.modelId} onChange={(modelId) => onChange({ modelId })} />
      </div>
      <Bloom draft={draft} onChange={onChange} />
      <Field label={words.instructions} hint={words.instructionsHint}>
        {(tied) => (
          <textarea
            {...tied}
            rows={2}
            maxLength={2_000}
            value={draft.instructions}
            onChange={(event) => onChange({ instructions: event.target.value })}
          />
        )}
      </Field>
      <Check
        label={words.useDocuments}
        checked={draft.useDocuments}
        onChange={(useDocuments) => onChange({ useDocuments })}
      />
    </div>
  );
}

function Bloom({ draft: { bloom }, onChange }: Props) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  return (
    <fieldset className="field">
      <legend className="label">{words.bloom}</legend>
      <div className="row exercises-checks">
        {BLOOM.map((level) => (
          <Check
            key={level}
            label={shared.bloom[level]}
            checked={bloom.includes(level)}
            onChange={(on) =>
              onChange({ bloom: BLOOM.filter((one) => (one === level ? on : bloom.includes(one))) })
            }
          />
        ))}
      </div>
      <span className="hint">{words.bloomHint}</span>
    </fieldset>
  );
}
