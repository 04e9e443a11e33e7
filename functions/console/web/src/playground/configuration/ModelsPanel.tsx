// The models that can be asked, and their configuration.
import { Plus } from "lucide-react";
import { useState } from "react";
import { useWords } from "../../language/language";
import { Badge, ErrorNote, Loading } from "../../ui/feedback";
import { useRemoval } from "../removal";
import { EntryRow } from "./EntryRow";
import { ModelForm } from "./ModelForm";
import { MODELS, type Model, removedModel, useModels } from "./queries";
import { TrialNote, useTrial } from "./Trial";
import { WORDS } from "./words";

export function ModelsPanel() {
  const words = useWords(WORDS);
  const models = useModels();
  const { isHidden, remove } = useRemoval(MODELS);
  const [edited, setEdited] = useState<Model | "new" | null>(null);
  if (edited) {
    const model = edited === "new" ? null : edited;
    return <ModelForm model={model} models={models.data ?? []} onDone={() => setEdited(null)} />;
  }
  return (
    <div className="stack">
      <div className="row spread">
        <p className="soft small grow">{words.ownEndpoint}</p>
        <button type="button" className="primary" onClick={() => setEdited("new")}>
          <Plus aria-hidden />
          {words.addModel}
        </button>
      </div>
      {models.isPending && <Loading />}
      {models.error && <ErrorNote error={models.error} onRetry={() => void models.refetch()} />}
      <ul className="playground-entries">
        {models.data
          ?.filter((model) => !isHidden(model.id))
          .map((model) => (
            <ModelRow
              key={model.id}
              model={model}
              onEdit={() => setEdited(model)}
              onRemove={() =>
                remove({ id: model.id, text: words.removed(model.name), act: () => removedModel(model.id) })
              }
            />
          ))}
      </ul>
    </div>
  );
}

interface RowProps {
  model: Model;
  onEdit: () => void;
  onRemove: () => void;
}

function ModelRow({ model, onEdit, onRemove }: RowProps) {
  const words = useWords(WORDS);
  const trial = useTrial(model.id);
  const about = (
    <span className="row">
      <span className="playground-entry-name">
        {words.providers[model.provider]} · {model.model}
      </span>
      {!model.editable && <Badge>{words.builtIn}</Badge>}
      {model.capabilities.map((one) => (
        <Badge key={one}>{words.capability[one]}</Badge>
      ))}
    </span>
  );
  const test = (
    <button
      type="button"
      className="small"
      aria-label={words.testOf(model.name)}
      disabled={trial.isPending}
      onClick={() => trial.mutate()}
    >
      {trial.isPending ? words.testing : words.test}
    </button>
  );
  return (
    <EntryRow
      name={model.name}
      about={about}
      actions={test}
      onEdit={model.editable ? onEdit : undefined}
      onRemove={model.editable ? onRemove : undefined}
    >
      <TrialNote trial={trial} />
    </EntryRow>
  );
}
