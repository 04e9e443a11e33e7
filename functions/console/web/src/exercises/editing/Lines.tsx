// A list of short texts, one per line. What is typed stays as it is typed; what counts are its lines.
import { useState } from "react";
import { Field } from "../../ui/Field";

interface Props {
  label: string;
  hint?: string;
  lines: readonly string[];
  onChange: (lines: string[]) => void;
  required?: boolean;
}

export function Lines({ label, hint, lines, onChange, required }: Props) {
  const [text, setText] = useState(lines.join("\n"));
  const set = (said: string) => {
    setText(said);
    onChange([...new Set(said.split("\n").map((line) => line.trim()))].filter(Boolean));
  };
  return (
    <Field label={label} hint={hint}>
      {(tied) => (
        <textarea
          {...tied}
          rows={Math.min(6, Math.max(2, lines.length + 1))}
          dir="auto"
          required={required}
          value={text}
          onChange={(event) => set(event.target.value)}
        />
      )}
    </Field>
  );
}
