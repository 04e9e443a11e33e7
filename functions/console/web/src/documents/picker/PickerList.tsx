// Check boxes by the thousand: only those in sight are in the page.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import type { StoredDocument } from "../library/pages";
import { WORDS } from "./words";

const ROW_PX = 52; // as in picker.css

interface Props {
  documents: readonly StoredDocument[];
  chosen: readonly string[];
  /** No more may be chosen. */
  isFull: boolean;
  onToggle: (id: string) => void;
}

export function PickerList({ documents, chosen, isFull, onToggle }: Props) {
  const words = useWords(WORDS);
  const scroller = useRef<HTMLFieldSetElement>(null);
  const rows = useVirtualizer({
    count: documents.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const checked = new Set(chosen);
  return (
    <fieldset ref={scroller} className="picker-list">
      <legend className="hidden">{words.documents}</legend>
      <div style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const document = documents[index];
          if (!document) return null;
          const isChecked = checked.has(document.id);
          return (
            <Row
              key={document.id}
              document={document}
              top={start}
              isChecked={isChecked}
              isDisabled={isFull && !isChecked}
              onToggle={onToggle}
            />
          );
        })}
      </div>
    </fieldset>
  );
}

interface RowProps {
  document: StoredDocument;
  top: number;
  isChecked: boolean;
  isDisabled: boolean;
  onToggle: (id: string) => void;
}

function Row({ document, top, isChecked, isDisabled, onToggle }: RowProps) {
  const { day, bytes } = useFormats();
  return (
    <label className="picker-row" style={{ transform: `translateY(${top}px)` }}>
      <input
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        onChange={() => onToggle(document.id)}
      />
      <span>
        <span className="clip">{document.title}</span>
        <span className="clip soft small">
          {day(document.created_at)} · {bytes(document.size)}
        </span>
      </span>
    </label>
  );
}
