// The models that answer in another's place, in order.
import { X } from "lucide-react";
import { useWords } from "../../language/language";
import { Entry } from "../settings/Entry";
import type { Model } from "./queries";
import { WORDS } from "./words";

interface Props {
  chosen: readonly number[];
  models: readonly Model[];
  fault: string | undefined;
  onChange: (chosen: number[]) => void;
}

const MOST = 5;

export function Fallbacks({ chosen, models, fault, onChange }: Props) {
  const words = useWords(WORDS);
  const nameOf = (id: number) => models.find((model) => model.id === id)?.name ?? String(id);
  const others = models.filter((model) => !chosen.includes(model.id));
  return (
    <div className="stack">
      <Entry label={words.fallbacks} hint={words.fallbacksHint} fault={fault}>
        {(tied) => (
          <select
            {...tied}
            value=""
            disabled={chosen.length >= MOST || !others.length}
            onChange={(event) => onChange([...chosen, Number(event.target.value)])}
          >
            <option value="">{words.addFallback}</option>
            {others.map((model) => (
              <option key={model.id} value={model.id}>
                {model.name}
              </option>
            ))}
          </select>
        )}
      </Entry>
      {chosen.length > 0 && (
        <ol className="playground-fallbacks">
          {chosen.map((id) => (
            <li key={id}>
              {nameOf(id)}
              <button
                type="button"
                className="plain small"
                aria-label={words.removeFallback(nameOf(id))}
                onClick={() => onChange(chosen.filter((one) => one !== id))}
              >
                <X aria-hidden />
              </button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
