import { useWords } from "../../language/language";
import { useSession } from "../../session/session";
import { Dialog } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/feedback";
import { useToasts } from "../../ui/toasts";
import { WORDS as SHARED } from "../words";
import { type Key, useRevokeKey } from "./keys";
import { WORDS } from "./words";

/** Asks before it revokes: it can't be undone. */
export function Revoking({ of: key, onClose }: { of: Key; onClose: () => void }) {
  const words = useWords(WORDS);
  const { cancel } = useWords(SHARED);
  const { say } = useToasts();
  const { state } = useSession();
  const revoke = useRevokeKey();
  const cameByKey = state.is === "in" && state.caller.kind === "key";
  const go = () =>
    revoke.mutate(key.id, {
      onSuccess: () => {
        say(words.revoked(key.name));
        onClose();
      },
    });
  return (
    <Dialog title={words.revokeTitle} onClose={onClose}>
      <div className="stack">
        <p>{words.revokeText(key.name)}</p>
        {cameByKey && <p>{words.revokeOwn}</p>}
        {revoke.error && <ErrorNote error={revoke.error} />}
        <div className="row activity-end">
          <button type="button" onClick={onClose}>
            {cancel}
          </button>
          <button type="button" className="danger" disabled={revoke.isPending} onClick={go}>
            {revoke.isPending && <span className="spinner" aria-hidden />}
            {words.revoke}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
