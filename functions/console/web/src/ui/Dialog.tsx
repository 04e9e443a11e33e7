// The browser's own modal dialog: it keeps the focus, closes on Escape, and gives the focus back.
import { X } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { useWords } from "../language/language";
import { opened } from "./layers";
import { WORDS } from "./words";

interface Props {
  title: string;
  onClose: () => void;
  /** At the page's side and as high as it is: for reading. */
  drawer?: boolean;
  children: ReactNode;
}

/** Open as long as it is rendered. */
export function Dialog({ title, onClose, drawer, children }: Props) {
  const words = useWords(WORDS);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closed while it is still in the page: only then the browser gives the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (!shown) return;
    if (!shown.open) shown.showModal();
    const closed = opened(shown);
    return () => {
      closed();
      shown.close();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, by the browser
    <dialog
      ref={dialog}
      className={drawer ? "drawer" : ""}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="plain small" aria-label={words.close} onClick={onClose}>
          <X aria-hidden />
        </button>
      </div>
      {children}
    </dialog>
  );
}
