// A log as pasted text, sent as the file that it would be.
import { useState } from "react";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { WORDS } from "./words";

export function PasteForm({ onSend }: { onSend: (file: File) => void }) {
  const words = useWords(WORDS);
  const [text, setText] = useState("");
  const send = () => {
    onSend(new File([text], `${words.pasted}.${endingOf(text)}`));
    setText("");
  };
  return (
    <details>
      <summary>{words.paste}</summary>
      <form
        className="stack events-paste"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Field label={words.pasted} hint={words.pasteHint}>
          {(tied) => (
            <textarea
              {...tied}
              rows={6}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <div className="row">
          <button type="submit" className="primary" disabled={!text.trim()}>
            {words.send}
          </button>
        </div>
      </form>
    </details>
  );
}

function endingOf(text: string): "json" | "ndjson" | "csv" {
  const first = text.trimStart()[0];
  if (first === "[") return "json";
  return first === "{" ? "ndjson" : "csv";
}
