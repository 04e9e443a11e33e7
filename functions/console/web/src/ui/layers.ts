// Which element is on top: the dialog that was opened last, or the page. A modal dialog makes all outside of it
// inert, so what has to stay usable above it (a message with "Undo") has to be inside.
import { useSyncExternalStore } from "react";

const dialogs: HTMLElement[] = [];
const listeners = new Set<() => void>();

/** Says that a dialog is open; what it returns says that it is closed. */
export function opened(dialog: HTMLElement): () => void {
  dialogs.push(dialog);
  tell();
  return () => {
    dialogs.splice(dialogs.indexOf(dialog), 1);
    tell();
  };
}

export function useTopLayer(): HTMLElement {
  return useSyncExternalStore(listen, top);
}

const top = (): HTMLElement => dialogs.at(-1) ?? document.body;

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
