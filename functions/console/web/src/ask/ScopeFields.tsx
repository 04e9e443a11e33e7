// Where a question is looked for: which documents, of which kind, how many passages.
import { SlidersHorizontal } from "lucide-react";
import { DocumentPicker } from "../documents/DocumentPicker";
import { useWords } from "../language/language";
import { Field } from "../ui/Field";
import { MAX_DOCUMENTS, MAX_TOP_K, type Scope } from "./conversation";
import { WORDS } from "./words";

const KINDS = ["", "material", "doc"] as const;

export function ScopeFields({ scope, onScope }: { scope: Scope; onScope: (scope: Scope) => void }) {
  const words = useWords(WORDS);
  const { documentIds, kind, topK } = scope;
  const where = documentIds.length ? words.ofDocuments(documentIds.length) : words.everywhere;
  return (
    <details className="ask-scope">
      <summary>
        <SlidersHorizontal aria-hidden />
        <span className="hidden">{words.scope}: </span>
        {kind ? `${where} · ${words.kinds[kind]}` : where}
      </summary>
      <div className="ask-scope-fields">
        <div className="field">
          <span className="label">{words.onlyThese}</span>
          <DocumentPicker
            chosen={documentIds}
            max={MAX_DOCUMENTS}
            onChange={(chosen) => onScope({ ...scope, documentIds: chosen })}
          />
        </div>
        <Field label={words.kind}>
          {(tied) => (
            <select
              {...tied}
              value={kind}
              onChange={(event) => onScope({ ...scope, kind: event.target.value as Scope["kind"] })}
            >
              {KINDS.map((one) => (
                <option key={one} value={one}>
                  {words.kinds[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={words.topK} hint={words.topKHint}>
          {(tied) => (
            <input
              {...tied}
              type="number"
              min={1}
              max={MAX_TOP_K}
              value={topK}
              onChange={({ target }) =>
                target.validity.valid && onScope({ ...scope, topK: Number(target.value) })
              }
            />
          )}
        </Field>
      </div>
    </details>
  );
}
