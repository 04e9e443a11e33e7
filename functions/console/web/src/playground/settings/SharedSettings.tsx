// The settings of all columns that have none of their own, folded away below a line that tells what is set.
import { useWords } from "../../language/language";
import type { Tool } from "../configuration/queries";
import { WORDS } from "../words";
import { countOf } from "./params";
import { SettingsForm } from "./SettingsForm";
import type { Settings } from "./settings";

interface Props {
  settings: Settings;
  tools: readonly Tool[];
  onChange: (settings: Settings) => void;
}

export function SharedSettings({ settings, tools, onChange }: Props) {
  const words = useWords(WORDS);
  return (
    <details className="card playground-settings">
      <summary>
        <strong>{words.settings}</strong>
        <span className="soft small">{useSummary(settings)}</span>
      </summary>
      <SettingsForm settings={settings} tools={tools} onChange={onChange} />
    </details>
  );
}

function useSummary({ systemPrompt, params, toolIds, stream, keep }: Settings): string {
  const { settingsIn } = useWords(WORDS);
  const paramCount = countOf(params);
  const said = [
    stream ? settingsIn.stream : settingsIn.whole,
    systemPrompt.trim() && settingsIn.system,
    paramCount > 0 && settingsIn.params(paramCount),
    toolIds.length > 0 && settingsIn.tools(toolIds.length),
    !keep && settingsIn.unkept,
  ];
  return said.filter(Boolean).join(" · ");
}
