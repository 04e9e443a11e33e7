// The logs that are being sent, one after the other, with what became of each.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { asFailure, Failure } from "../../api/failure";
import { type Column, columnsOf, type Field, fieldIn } from "./columns";
import { type RefusedRow, refusedRows } from "./refused";
import { type Mapping, type Outcome, type Reading, send } from "./sending";

/** `unmapped`: the server can't tell which column is which, and waits to be told. */
export type Stage = "waiting" | "sending" | "reading" | "done" | "unmapped" | "failed";

export interface LogUpload {
  id: number;
  file: File;
  reading: Reading;
  stage: Stage;
  share: number;
  outcome: Outcome | null;
  refused: RefusedRow[];
  columns: Column[];
  missing: Field | null;
  error: Error | null;
}

export interface Uploads {
  uploads: LogUpload[];
  add: (files: readonly File[], reading: Reading) => void;
  /** Sends it again, with its columns explained. */
  again: (id: number, mapping: Mapping) => void;
  /** Takes it off the list; one that is still being sent is not sent on. */
  dismiss: (id: number) => void;
}

let last = 0;

export function useUploads(): Uploads {
  const queries = useQueryClient();
  const [uploads, setUploads] = useState<LogUpload[]>([]);
  const queue = useRef(Promise.resolve());
  const leaving = useRef(new Map<number, AbortController>());
  const change = useCallback((id: number, to: Partial<LogUpload>) => {
    setUploads((before) => before.map((one) => (one.id === id ? { ...one, ...to } : one)));
  }, []);
  const enqueue = useCallback(
    (upload: LogUpload) => {
      const leave = new AbortController();
      leaving.current.set(upload.id, leave);
      queue.current = queue.current.then(async () => {
        if (leave.signal.aborted) return;
        change(upload.id, await sent(upload, (to) => change(upload.id, to), leave.signal));
        await queries.invalidateQueries({ queryKey: ["behaviour"] });
      });
    },
    [change, queries],
  );
  const add = useCallback<Uploads["add"]>(
    (files, reading) => {
      const added = files.map((file) => waiting(++last, file, reading));
      setUploads((before) => [...added, ...before]);
      added.forEach(enqueue);
    },
    [enqueue],
  );
  const again = useCallback<Uploads["again"]>(
    (id, mapping) => {
      const found = uploads.find((one) => one.id === id);
      if (!found) return;
      const next = waiting(id, found.file, { ...found.reading, mapping });
      change(id, next);
      enqueue(next);
    },
    [change, enqueue, uploads],
  );
  const dismiss = useCallback((id: number) => {
    leaving.current.get(id)?.abort();
    leaving.current.delete(id);
    setUploads((before) => before.filter((one) => one.id !== id));
  }, []);
  return { uploads, add, again, dismiss };
}

function waiting(id: number, file: File, reading: Reading): LogUpload {
  const nothing = { outcome: null, refused: [], columns: [], missing: null, error: null };
  return { id, file, reading, stage: "waiting", share: 0, ...nothing };
}

/** How it ended; never throws. */
async function sent(
  upload: LogUpload,
  tell: (to: Partial<LogUpload>) => void,
  signal: AbortSignal,
): Promise<Partial<LogUpload>> {
  const { file, reading } = upload;
  tell({ stage: "sending", share: 0 });
  try {
    const outcome = await send(file, reading, tell, signal);
    return { stage: "done", outcome, refused: await refusedRows(file, outcome) };
  } catch (thrown) {
    const error = asFailure(thrown);
    const unclear = error instanceof Failure && error.fields.find(({ field }) => field === "mapping");
    const columns = unclear ? await columnsOf(file).catch(() => []) : [];
    if (!unclear || columns.length === 0) return { stage: "failed", error };
    return { stage: "unmapped", columns, missing: fieldIn(unclear.message) };
  }
}
