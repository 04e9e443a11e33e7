import { useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Copy } from "../../ui/Copy";
import { WORDS } from "./words";

const SHOWN = 100_000; // characters; a longer text would freeze the page

/** A value as JSON, folded; it is only written out once somebody looks. */
export function Json({ title, value }: { title: string; value: unknown }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const [isOpen, setIsOpen] = useState(false);
  const text = isOpen ? JSON.stringify(value, null, 2) : "";
  return (
    <details className="card" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && (
        <div className="stack activity-json">
          <pre className="activity-wrapped">{text.slice(0, SHOWN)}</pre>
          {text.length > SHOWN && <p className="soft small">{words.cut(number(SHOWN))}</p>}
          <Copy text={() => JSON.stringify(value, null, 2)} label={words.copyJson} />
        </div>
      )}
    </details>
  );
}
