// What questions are written about: a text, documents, or what an analysis found.
import { DocumentPicker } from "../../documents/DocumentPicker";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { Tabs } from "../../ui/Tabs";
import { type Draft, type From, MAX_TEXT } from "./request";
import { WORDS } from "./words";

interface Props {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
  maxDocuments: number;
  hasAnalysis?: boolean;
}

export function Material({ draft, onChange, maxDocuments, hasAnalysis }: Props) {
  const words = useWords(WORDS);
  const names: From[] = hasAnalysis ? ["analysis", "text", "documents"] : ["text", "documents"];
  return (
    <Tabs
      label={words.material}
      tabs={names.map((name) => ({ name, title: words[name] }))}
      chosen={draft.from}
      onChoose={(from) => onChange({ from })}
    >
      {draft.from === "text" && <PastedText text={draft.text} onChange={(text) => onChange({ text })} />}
      {draft.from === "documents" && (
        <div className="stack">
          <p className="soft small">{maxDocuments === 1 ? words.oneDocument : words.documentsHint}</p>
          <DocumentPicker
            chosen={draft.documentIds.slice(0, maxDocuments)}
            max={maxDocuments}
            onChange={(documentIds) => onChange({ documentIds })}
          />
        </div>
      )}
      {draft.from === "analysis" && <p className="soft">{words.analysisHint}</p>}
    </Tabs>
  );
}

function PastedText({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  return (
    <Field label={words.textLabel} hint={words.textHint(number(text.length))}>
      {(tied) => (
        <textarea
          {...tied}
          rows={9}
          dir="auto"
          maxLength={MAX_TEXT}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
