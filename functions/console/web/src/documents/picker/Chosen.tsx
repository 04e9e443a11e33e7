// What is chosen, as chips with titles. The first ones: a hundred chips are read by nobody.
import { X } from "lucide-react";
import { useWords } from "../../language/language";
import type { Choice } from "../DocumentPicker";
import { useKnownDocument } from "../library/useDocuments";
import { WORDS } from "./words";

const SHOWN = 8;

export function Chosen({ chosen, onChange }: Choice) {
  const words = useWords(WORDS);
  const remove = (id: string) => onChange(chosen.filter((one) => one !== id));
  return (
    <ul className="picker-chosen" aria-label={words.chosen}>
      {chosen.slice(0, SHOWN).map((id) => (
        <Chip key={id} id={id} onRemove={() => remove(id)} />
      ))}
      {chosen.length > SHOWN && <li className="soft small">{words.others(chosen.length - SHOWN)}</li>}
    </ul>
  );
}

function Chip({ id, onRemove }: { id: string; onRemove: () => void }) {
  const words = useWords(WORDS);
  const { data, isError } = useKnownDocument(id);
  const title = data?.title ?? (isError ? words.unknown : "…");
  return (
    <li className="picker-chip">
      <span className="clip" title={title}>
        {title}
      </span>
      <button type="button" className="plain" aria-label={words.remove(title)} onClick={onRemove}>
        <X aria-hidden />
      </button>
    </li>
  );
}
