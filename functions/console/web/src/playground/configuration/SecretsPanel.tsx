// Secrets by name. Their values go in, and are never shown.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { useToasts } from "../../ui/toasts";
import { useRemoval } from "../removal";
import { Entry, TextEntry } from "../settings/Entry";
import { EntryRow } from "./EntryRow";
import { faultOf } from "./faults";
import { keptSecret, removedSecret, SECRETS, useSecrets } from "./queries";
import { WORDS } from "./words";

export function SecretsPanel() {
  const words = useWords(WORDS);
  const { time } = useFormats();
  const secrets = useSecrets();
  const { isHidden, remove } = useRemoval(SECRETS);
  return (
    <div className="stack">
      <p className="soft small">{words.secretsHint}</p>
      <NewSecret />
      {secrets.isPending && <Loading />}
      {secrets.error && <ErrorNote error={secrets.error} onRetry={() => void secrets.refetch()} />}
      {secrets.data?.length === 0 && <Empty icon={KeyRound} title={words.noSecrets} />}
      <ul className="playground-entries">
        {secrets.data
          ?.filter((secret) => !isHidden(secret.name))
          .map(({ name, updated_at }) => (
            <EntryRow
              key={name}
              name={name}
              about={time(updated_at)}
              onRemove={() => remove({ id: name, text: words.removed(name), act: () => removedSecret(name) })}
            />
          ))}
      </ul>
    </div>
  );
}

function NewSecret() {
  const words = useWords(WORDS);
  const { say } = useToasts();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const keeping = useMutation({
    mutationFn: () => keptSecret(name.trim(), value),
    onSuccess: async () => {
      say(words.keptSecret(name.trim()));
      setName("");
      setValue("");
      await client.invalidateQueries({ queryKey: SECRETS });
    },
  });
  return (
    <form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        keeping.mutate();
      }}
    >
      <div className="playground-grid wide">
        <TextEntry
          required
          label={words.secretName}
          fault={faultOf(keeping.error, "secret_name")}
          value={name}
          onChange={setName}
        />
        <Entry label={words.secretValue} fault={faultOf(keeping.error, "value")}>
          {(tied) => (
            <input
              {...tied}
              required
              type="password"
              autoComplete="off"
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          )}
        </Entry>
      </div>
      {keeping.error && <ErrorNote error={keeping.error} />}
      <div className="row spread">
        <span className="small soft">{words.replaceHint}</span>
        <button type="submit" className="primary" disabled={keeping.isPending}>
          {keeping.isPending ? words.saving : words.keepSecret}
        </button>
      </div>
    </form>
  );
}
