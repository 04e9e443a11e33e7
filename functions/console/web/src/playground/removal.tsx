// Deletions that can be taken back for a few seconds: out of sight at once, done later. What is out of sight
// is known to the whole part, since a drawer may be closed and opened again meanwhile.
import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { useUndoable } from "../ui/toasts";

interface Hidden {
  ids: ReadonlySet<string>;
  change: (change: (ids: ReadonlySet<string>) => ReadonlySet<string>) => void;
}

const Context = createContext<Hidden>({ ids: new Set(), change: () => undefined });

export function RemovalProvider({ children }: { children: ReactNode }) {
  const [ids, change] = useState<ReadonlySet<string>>(new Set());
  const value = useMemo(() => ({ ids, change }), [ids]);
  return <Context value={value}>{children}</Context>;
}

interface Removal {
  id: string | number;
  /** What is said while it can be taken back. */
  text: string;
  act: () => Promise<unknown>;
}

/** Of the list with this key, which is read again afterwards. */
export function useRemoval(queryKey: QueryKey) {
  const { ids, change } = useContext(Context);
  const undoable = useUndoable();
  const client = useQueryClient();
  const place = (id: string | number) => `${queryKey.join("/")}/${id}`;
  return {
    isHidden: (id: string | number) => ids.has(place(id)),
    remove: ({ id, text, act }: Removal) =>
      undoable({
        text,
        hide: () => change((before) => new Set([...before, place(id)])),
        show: () => change((before) => new Set([...before].filter((one) => one !== place(id)))),
        act: async () => {
          await act();
          await client.invalidateQueries({ queryKey });
        },
      }),
  };
}
