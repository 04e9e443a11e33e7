// What is asked of all columns, and what they say of themselves.
import { useMemo, useRef, useState } from "react";
import type { ColumnName } from "../settings/setup";
import type { ColumnHandle, ColumnState } from "./Column";

export interface Columns {
  states: Partial<Record<ColumnName, ColumnState>>;
  of: (name: ColumnName) => ColumnHandle | undefined;
  /** For a column's `ref`. */
  register: (name: ColumnName, handle: ColumnHandle | null) => void;
  tell: (name: ColumnName, state: ColumnState) => void;
}

export function useColumns(): Columns {
  const handles = useRef(new Map<ColumnName, ColumnHandle>());
  const [states, setStates] = useState<Columns["states"]>({});
  return useMemo(
    () => ({
      states,
      of: (name) => handles.current.get(name),
      register: (name, handle) => {
        if (handle) handles.current.set(name, handle);
        else handles.current.delete(name);
      },
      tell: (name, state) => setStates((before) => ({ ...before, [name]: state })),
    }),
    [states],
  );
}
