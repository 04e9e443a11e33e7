// The names of the views that were written from this browser: the API shows a view by its name and lists none.
import { useCallback, useState } from "react";

const KEPT = "freshet.views";
const MOST = 50;

export function useKnownViews(): {
  names: string[];
  remember: (name: string) => void;
  forget: (name: string) => void;
} {
  const [names, setNames] = useState(kept);
  const keep = useCallback((change: (before: string[]) => string[]) => {
    const next = change(kept()).slice(0, MOST);
    localStorage.setItem(KEPT, JSON.stringify(next));
    setNames(next);
  }, []);
  return {
    names,
    remember: useCallback(
      (name) => keep((before) => [name, ...before.filter((one) => one !== name)]),
      [keep],
    ),
    forget: useCallback((name) => keep((before) => before.filter((one) => one !== name)), [keep]),
  };
}

function kept(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}
