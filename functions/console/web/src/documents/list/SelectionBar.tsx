import { RotateCw, Trash2, X } from "lucide-react";
import { useState } from "react";
import { useWords } from "../../language/language";
import { useActions } from "../library/useActions";
import { WORDS } from "../words";
import type { Selection } from "./useSelection";

export function SelectionBar({ selection: { chosen, clear } }: { selection: Selection }) {
  const words = useWords(WORDS);
  const { parseAgain, remove } = useActions();
  const [isBusy, setIsBusy] = useState(false);
  const parse = async () => {
    setIsBusy(true);
    await parseAgain(chosen.filter(({ status }) => status !== "uploading"));
    setIsBusy(false);
    clear();
  };
  return (
    <div className="documents-selection row spread">
      <strong role="status">{words.selected(chosen.length)}</strong>
      <div className="row">
        <button type="button" className="small" disabled={isBusy} onClick={parse}>
          <RotateCw aria-hidden /> {words.parseAgain}
        </button>
        <button
          type="button"
          className="small danger"
          onClick={() => {
            remove(chosen);
            clear();
          }}
        >
          <Trash2 aria-hidden /> {words.delete}
        </button>
        <button type="button" className="small plain" onClick={clear}>
          <X aria-hidden /> {words.clearSelection}
        </button>
      </div>
    </div>
  );
}
