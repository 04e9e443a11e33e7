// Settings that one column has for itself.
import { useWords } from "../../language/language";
import { Dialog } from "../../ui/Dialog";
import { Check } from "../../ui/Field";
import type { Tool } from "../configuration/queries";
import { WORDS } from "../words";
import { SettingsForm } from "./SettingsForm";
import type { Settings } from "./settings";
import type { ColumnSetup } from "./setup";

interface Props {
  column: ColumnSetup;
  shared: Settings;
  tools: readonly Tool[];
  onChange: (own: Settings | null) => void;
  onClose: () => void;
}

export function ColumnSettings({ column, shared, tools, onChange, onClose }: Props) {
  const words = useWords(WORDS);
  return (
    <Dialog drawer title={words.settingsOf(column.name)} onClose={onClose}>
      <div className="stack loose">
        <div>
          <Check
            label={words.own}
            checked={column.own !== null}
            onChange={(isOwn) => onChange(isOwn ? shared : null)}
          />
          <p className="small soft">{words.ownHint}</p>
        </div>
        {column.own && <SettingsForm settings={column.own} tools={tools} onChange={onChange} />}
      </div>
    </Dialog>
  );
}
