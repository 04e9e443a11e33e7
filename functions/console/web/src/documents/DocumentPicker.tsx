// Chooses documents among thousands: those that are chosen, and a dialog to choose others.
import { FilePlus2 } from "lucide-react";
import { useState } from "react";
import { useWords } from "../language/language";
import { Chosen } from "./picker/Chosen";
import { PickerDialog } from "./picker/PickerDialog";
import "./picker/picker.css";
import { WORDS } from "./picker/words";

export interface Choice {
  chosen: string[];
  onChange: (ids: string[]) => void;
  /** How many may be chosen; any number without it. */
  max?: number;
}

export function DocumentPicker(choice: Choice) {
  const words = useWords(WORDS);
  const [isOpen, setIsOpen] = useState(false);
  const hasChosen = choice.chosen.length > 0;
  return (
    <div className="picker">
      {hasChosen && <Chosen {...choice} />}
      <button type="button" className="small" aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
        <FilePlus2 aria-hidden />
        {hasChosen ? words.change : words.choose}
      </button>
      {isOpen && <PickerDialog {...choice} onClose={() => setIsOpen(false)} />}
    </div>
  );
}
