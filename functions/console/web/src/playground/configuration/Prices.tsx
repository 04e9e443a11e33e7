// What a model's tokens cost.
import { useWords } from "../../language/language";
import { TextEntry } from "../settings/Entry";
import type { ModelDraft } from "./modelDraft";
import { WORDS } from "./words";

interface Props {
  prices: ModelDraft["prices"];
  told: (field: string) => string | undefined;
  onChange: (prices: ModelDraft["prices"]) => void;
}

export function Prices({ prices, told, onChange }: Props) {
  const words = useWords(WORDS);
  const fields = [
    ["input", words.priceIn],
    ["cached", words.priceCached],
    ["output", words.priceOut],
    ["currency", words.currency],
  ] as const;
  return (
    <fieldset className="stack">
      <legend className="playground-legend">{words.prices}</legend>
      <div className="playground-grid narrow">
        {fields.map(([name, label]) => (
          <TextEntry
            key={name}
            label={label}
            fault={told(`prices.${name}`)}
            value={prices[name]}
            onChange={(value) => onChange({ ...prices, [name]: value })}
          />
        ))}
      </div>
      {told("prices") && <p className="small bad">{told("prices")}</p>}
    </fieldset>
  );
}
