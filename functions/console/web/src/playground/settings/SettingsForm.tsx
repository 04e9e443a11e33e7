// What a chat is asked with besides prompt and model.
import { useWords } from "../../language/language";
import { Check, Field } from "../../ui/Field";
import type { Tool } from "../configuration/queries";
import { WORDS } from "../words";
import { ParamsForm } from "./ParamsForm";
import type { Settings } from "./settings";

interface Props {
  settings: Settings;
  tools: readonly Tool[];
  onChange: (settings: Settings) => void;
}

export function SettingsForm({ settings, tools, onChange }: Props) {
  const words = useWords(WORDS);
  return (
    <div className="stack loose">
      <Field label={words.system}>
        {(tied) => (
          <textarea
            {...tied}
            rows={3}
            placeholder={words.systemHint}
            value={settings.systemPrompt}
            onChange={(event) => onChange({ ...settings, systemPrompt: event.target.value })}
          />
        )}
      </Field>
      <div className="playground-grid wide">
        <ToolChoice settings={settings} tools={tools} onChange={onChange} />
        <fieldset className="stack">
          <legend className="playground-legend">{words.delivery}</legend>
          <Check
            label={words.stream}
            checked={settings.stream}
            onChange={(stream) => onChange({ ...settings, stream })}
          />
          <Check
            label={words.keep}
            checked={settings.keep}
            onChange={(keep) => onChange({ ...settings, keep })}
          />
        </fieldset>
      </div>
      <ParamsForm draft={settings.params} onChange={(params) => onChange({ ...settings, params })} />
    </div>
  );
}

function ToolChoice({ settings, tools, onChange }: Props) {
  const words = useWords(WORDS);
  const choose = (id: number, isChosen: boolean) => {
    const others = settings.toolIds.filter((one) => one !== id);
    onChange({ ...settings, toolIds: isChosen ? [...others, id] : others });
  };
  return (
    <fieldset className="stack">
      <legend className="playground-legend">{words.tools}</legend>
      {!tools.length && <p className="soft small">{words.noTools}</p>}
      <div className="playground-tool-choice">
        {tools.map((tool) => (
          <span key={tool.id} title={tool.description}>
            <Check
              label={<code>{tool.name}</code>}
              checked={settings.toolIds.includes(tool.id)}
              onChange={(isChosen) => choose(tool.id, isChosen)}
            />
          </span>
        ))}
      </div>
    </fieldset>
  );
}
