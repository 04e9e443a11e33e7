// Deleting an exercise, a few seconds after it was said: until then it can be taken back.
import { useCallback } from "react";
import { answered, api } from "../api/client";
import { useUndoable } from "../ui/toasts";

interface Deletion {
  id: string;
  text: string;
  hide: () => void;
  show: () => void;
  after: () => unknown;
}

export function useDelete(): (deletion: Deletion) => void {
  const undoable = useUndoable();
  return useCallback(
    ({ id, after, ...said }) =>
      undoable({
        ...said,
        act: async () => {
          const params = { path: { exercise_id: id } };
          await answered(api.DELETE("/api/v1/exercises/{exercise_id}", { params }));
          await after();
        },
      }),
    [undoable],
  );
}
