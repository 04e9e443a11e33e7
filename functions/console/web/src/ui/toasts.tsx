// Short messages at the page's edge, with an action for a few seconds: how a deletion is taken back.
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { createPortal } from "react-dom";
import { useWords } from "../language/language";
import { useTopLayer } from "./layers";
import { WORDS } from "./words";

interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

interface Toasts {
  say: (text: string, action?: Toast["action"], forMs?: number) => () => void;
}

const SHOWN_MS = 5_000;
const Context = createContext<Toasts>({ say: () => () => undefined });
let last = 0;

/** `say` returns a function that takes the message away. */
export function useToasts(): Toasts {
  return useContext(Context);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const words = useWords(WORDS);
  const layer = useTopLayer();
  const [toasts, setToasts] = useState<Toast[]>([]);
  const say = useCallback<Toasts["say"]>((text, action, forMs = SHOWN_MS) => {
    const id = ++last;
    const away = () => setToasts((before) => before.filter((one) => one.id !== id));
    setToasts((before) => [...before, { id, text, action }]);
    setTimeout(away, forMs);
    return away;
  }, []);
  const value = useMemo(() => ({ say }), [say]);
  return (
    <Context value={value}>
      {children}
      {createPortal(
        <section className="toasts" aria-label={words.notifications} aria-live="polite">
          {toasts.map(({ id, text, action }) => (
            <div className="toast" key={id}>
              <span>{text}</span>
              {action && (
                <button type="button" className="small" onClick={action.run}>
                  {action.label}
                </button>
              )}
            </div>
          ))}
        </section>,
        layer,
      )}
    </Context>
  );
}

const UNDO_MS = 6_000;

/**
 * Does something a few seconds later unless it is taken back; also when the page is left meanwhile.
 * `hide` is called at once, `show` when it is taken back or fails.
 */
export function useUndoable() {
  const { say } = useToasts();
  const words = useWords(WORDS);
  return useCallback(
    ({
      text,
      hide,
      show,
      act,
    }: {
      text: string;
      hide: () => void;
      show: () => void;
      act: () => Promise<unknown>;
    }) => {
      hide();
      let settled = false;
      const settle = (then: () => void) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        window.removeEventListener("pagehide", now);
        away();
        then();
      };
      const now = () =>
        settle(() => {
          act().catch((error: Error) => {
            show();
            say(error.message);
          });
        });
      const away = say(text, { label: words.undo, run: () => settle(show) }, UNDO_MS);
      const timer = setTimeout(now, UNDO_MS);
      window.addEventListener("pagehide", now);
    },
    [say, words],
  );
}
