// Making a key. Its secret is in this component only, for as long as the dialog is open.
import { type FormEvent, useState } from "react";
import { useWords } from "../../language/language";
import { Copy } from "../../ui/Copy";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { ErrorNote, Note } from "../../ui/feedback";
import { Curl } from "./Curl";
import { type IssuedKey, useMakeKey } from "./keys";
import { WORDS } from "./words";

export function NewKey() {
  const words = useWords(WORDS);
  const [name, setName] = useState("");
  const [issued, setIssued] = useState<IssuedKey | null>(null);
  const make = useMakeKey();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(name.trim(), {
      onSuccess: (key) => {
        setIssued(key);
        setName("");
      },
    });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <div className="activity-new-key">
        <Field label={words.name} hint={words.nameHint}>
          {(tied) => (
            <input
              {...tied}
              required
              maxLength={100}
              pattern=".*\S.*"
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <button type="submit" className="primary" disabled={make.isPending}>
          {make.isPending && <span className="spinner" aria-hidden />}
          {words.make}
        </button>
      </div>
      {make.error && <ErrorNote error={make.error} />}
      {issued && <Shown issued={issued} onClose={() => setIssued(null)} />}
    </form>
  );
}

/** Only its button closes it: what is shown once is not lost by a slip of the hand. */
function Shown({ issued, onClose }: { issued: IssuedKey; onClose: () => void }) {
  const words = useWords(WORDS);
  return (
    <Dialog title={words.made(issued.name)} onClose={() => undefined}>
      <div className="stack loose">
        <Note tone="warn">{words.once}</Note>
        <div className="stack activity-curl">
          <input
            className="activity-secret"
            aria-label={words.secret}
            readOnly
            value={issued.key}
            onFocus={(event) => event.target.select()}
          />
          <Copy text={issued.key} label={words.copy} />
        </div>
        <section className="stack">
          <h3>{words.try}</h3>
          <Curl secret={issued.key} />
        </section>
        <button type="button" className="primary" onClick={onClose}>
          {words.stored}
        </button>
      </div>
    </Dialog>
  );
}
