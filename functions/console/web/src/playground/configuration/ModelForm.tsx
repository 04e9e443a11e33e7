// The configuration of a model.
import { useState } from "react";
import { useWords } from "../../language/language";
import { Check } from "../../ui/Field";
import { CodeEntry, Entry, TextEntry } from "../settings/Entry";
import { ParamsForm } from "../settings/ParamsForm";
import { Fallbacks } from "./Fallbacks";
import { faultOf } from "./faults";
import { CAPABILITIES, type ModelDraft, modelDraftOf, modelOf, NEW_MODEL, PROVIDERS } from "./modelDraft";
import { Prices } from "./Prices";
import { MODELS, type Model, savedModel, useSecrets } from "./queries";
import { SavedForm, useSaving } from "./SavedForm";
import { WORDS } from "./words";

interface Props {
  /** Null for a new one. */
  model: Model | null;
  models: readonly Model[];
  onDone: () => void;
}

export function ModelForm({ model, models, onDone }: Props) {
  const words = useWords(WORDS);
  const [draft, setDraft] = useState<ModelDraft>(() => (model ? modelDraftOf(model) : NEW_MODEL));
  const { model: body, faults } = modelOf(draft);
  const saving = useSaving(MODELS, () => savedModel(model?.id ?? null, body), onDone);
  const change = (members: Partial<ModelDraft>) => setDraft({ ...draft, ...members });
  const told = (field: string) => faultOf(saving.error, field);
  const line = (at: number | undefined) => (at === undefined ? undefined : words.noColon(at));
  const isUsed = Boolean(draft.headers || draft.secret_headers || body.prices || draft.fallbacks.length);
  return (
    <SavedForm
      title={model?.name ?? words.newModel}
      onSave={() => saving.mutate()}
      onCancel={onDone}
      saving={saving}
      isFaulty={Object.keys(faults).length > 0}
    >
      <Endpoint draft={draft} change={change} told={told} />
      <fieldset className="stack">
        <legend className="playground-legend">{words.capabilities}</legend>
        <div className="row playground-checks">
          {CAPABILITIES.map((one) => (
            <Check
              key={one}
              label={words.capability[one]}
              checked={draft.capabilities.includes(one)}
              onChange={(has) => {
                const others = draft.capabilities.filter((other) => other !== one);
                change({ capabilities: has ? [...others, one] : others });
              }}
            />
          ))}
        </div>
        {told("capabilities") && <p className="small bad">{told("capabilities")}</p>}
        <Check label={words.files} checked={draft.files} onChange={(files) => change({ files })} />
      </fieldset>
      <details open={isUsed || undefined}>
        <summary>{words.more}</summary>
        <div className="stack playground-more">
          <CodeEntry
            label={words.headers}
            hint={words.headersHint}
            fault={line(faults.headers) ?? told("headers")}
            value={draft.headers}
            onChange={(headers) => change({ headers })}
          />
          <CodeEntry
            label={words.secretHeaders}
            hint={words.secretHeadersHint}
            fault={line(faults.secret_headers) ?? told("secret_headers")}
            value={draft.secret_headers}
            onChange={(secret_headers) => change({ secret_headers })}
          />
          <Prices prices={draft.prices} told={told} onChange={(prices) => change({ prices })} />
          <Fallbacks
            chosen={draft.fallbacks}
            models={models.filter((one) => one.id !== model?.id)}
            fault={told("fallbacks")}
            onChange={(fallbacks) => change({ fallbacks })}
          />
        </div>
      </details>
      <details>
        <summary>{words.defaults}</summary>
        <div className="playground-more">
          <ParamsForm draft={draft.params} onChange={(params) => change({ params })} />
        </div>
      </details>
      {faults.params && <p className="small bad">{words.wrongParams}</p>}
    </SavedForm>
  );
}

interface EndpointProps {
  draft: ModelDraft;
  change: (members: Partial<ModelDraft>) => void;
  told: (field: string) => string | undefined;
}

function Endpoint({ draft, change, told }: EndpointProps) {
  const words = useWords(WORDS);
  const secrets = useSecrets();
  return (
    <div className="playground-grid wide">
      <TextEntry
        required
        label={words.name}
        hint={words.nameHint}
        fault={told("name")}
        value={draft.name}
        onChange={(name) => change({ name })}
      />
      <TextEntry
        required
        label={words.model}
        hint={words.modelHint}
        fault={told("model")}
        value={draft.model}
        onChange={(model) => change({ model })}
      />
      <Entry label={words.provider} fault={told("provider")}>
        {(tied) => (
          <select
            {...tied}
            value={draft.provider}
            onChange={(event) => change({ provider: event.target.value as ModelDraft["provider"] })}
          >
            {PROVIDERS.map((one) => (
              <option key={one} value={one}>
                {words.providers[one]}
              </option>
            ))}
          </select>
        )}
      </Entry>
      <TextEntry
        label={words.baseUrl}
        hint={words.baseUrlHint}
        fault={told("base_url")}
        placeholder="https://…/v1"
        value={draft.base_url}
        onChange={(base_url) => change({ base_url })}
      />
      <TextEntry
        label={words.key}
        hint={words.keyHint}
        fault={told("key")}
        list="playground-secrets"
        value={draft.key}
        onChange={(key) => change({ key })}
      />
      <datalist id="playground-secrets">
        {secrets.data?.map((secret) => (
          <option key={secret.name} value={secret.name} />
        ))}
      </datalist>
    </div>
  );
}
