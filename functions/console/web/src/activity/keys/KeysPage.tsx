import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { Curl } from "./Curl";
import { type Key, useKeys } from "./keys";
import { NewKey } from "./NewKey";
import { Revoking } from "./Revoking";
import { WORDS } from "./words";

export function KeysPage() {
  const words = useWords(WORDS);
  const keys = useKeys();
  const [revoking, setRevoking] = useState<Key | null>(null);
  return (
    <div className="stack loose">
      <p className="soft">{words.intro}</p>
      <NewKey />
      {keys.isPending && <Loading />}
      {keys.error && <ErrorNote error={keys.error} onRetry={() => keys.refetch()} />}
      {keys.data?.items.length === 0 && <Empty icon={KeyRound} title={words.none} />}
      {keys.data && keys.data.items.length > 0 && (
        <ul className="card activity-list activity-keys">
          {keys.data.items.map((key) => (
            <KeyRow key={key.id} of={key} onRevoke={() => setRevoking(key)} />
          ))}
        </ul>
      )}
      <section className="card stack">
        <h2>{words.curl}</h2>
        <Curl secret="fk_…" />
      </section>
      {revoking && <Revoking of={revoking} onClose={() => setRevoking(null)} />}
    </div>
  );
}

function KeyRow({ of: key, onRevoke }: { of: Key; onRevoke: () => void }) {
  const words = useWords(WORDS);
  const { time } = useFormats();
  return (
    <li className="activity-key">
      <KeyRound aria-hidden size={18} />
      <div>
        <strong>{key.name}</strong>
        <p className="soft small">
          {words.created} {time(key.created_at)} · <code>{key.id}</code>
        </p>
      </div>
      <button
        type="button"
        className="small danger"
        aria-label={words.revokeNamed(key.name)}
        onClick={onRevoke}
      >
        {words.revoke}
      </button>
    </li>
  );
}
