// Which documents of the list are chosen for something. What is no longer shown is no longer chosen.
import { useCallback, useMemo, useState } from "react";
import type { StoredDocument } from "../library/pages";

export interface Selection {
  chosen: readonly StoredDocument[];
  ids: ReadonlySet<string>;
  toggle: (id: string) => void;
  clear: () => void;
}

const NONE: ReadonlySet<string> = new Set();

export function useSelection(shown: readonly StoredDocument[]): Selection {
  const [ids, setIds] = useState(NONE);
  const chosen = useMemo(() => (ids.size ? shown.filter(({ id }) => ids.has(id)) : []), [shown, ids]);
  const toggle = useCallback(
    (id: string) =>
      setIds((before) => {
        const next = new Set(before);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );
  const clear = useCallback(() => setIds(NONE), []);
  return useMemo(() => ({ chosen, ids, toggle, clear }), [chosen, ids, toggle, clear]);
}
