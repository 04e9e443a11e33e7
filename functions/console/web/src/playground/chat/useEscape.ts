// Escape, wherever the focus is. A dialog that is open takes it for itself.
import { useEffect, useRef } from "react";

export function useEscape(action: (() => void) | undefined): void {
  const act = useRef(action);
  act.current = action;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
      act.current?.();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
