// Controls that several forms of this part have.
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useWords } from "../language/language";
import { Field } from "../ui/Field";
import { modelsQuery } from "./queries";
import { WORDS } from "./words";

const TAG = "[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"; // as the API takes it
const USUAL = ["zh", "en", "zh-Hant", "ja", "ko", "fr", "de", "es", "ru"];

interface Props<Value> {
  value: Value;
  onChange: (value: Value) => void;
}

export function LanguageField({ value, onChange }: Props<string>) {
  const words = useWords(WORDS);
  const list = useId();
  return (
    <Field label={words.language} hint={words.languageHint}>
      {(tied) => (
        <>
          <input
            {...tied}
            list={list}
            pattern={TAG}
            maxLength={35}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {USUAL.map((tag) => (
              <option key={tag} value={tag} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

export function ModelField({ value, onChange }: Props<number>) {
  const words = useWords(WORDS);
  const models = useQuery(modelsQuery).data?.items ?? [];
  const isKnown = models.some(({ id }) => id === value);
  return (
    <Field label={words.model}>
      {(tied) => (
        <select {...tied} value={value} onChange={(event) => onChange(Number(event.target.value))}>
          {!isKnown && <option value={value} />}
          {models.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
