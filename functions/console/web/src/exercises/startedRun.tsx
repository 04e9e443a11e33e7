// The run that a form of this part started, while another page shows it. It is watched here, above the pages:
// so going from one to the other breaks no connection. What was started elsewhere, or before a reload, is
// followed by its id.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef } from "react";
import type { RunEvent } from "../api/events";
import type { Run } from "../api/run";
import { type RunHandle, useRun } from "../api/useRun";

interface Watched extends RunHandle {
  /** What was written since the last item: of feedback, that on the answer which is read now. */
  tail: string;
}

interface Shared extends Watched {
  listen: (hear: (event: RunEvent) => void) => void;
}

const Context = createContext<Shared | null>(null);

export function StartedRunProvider({ children }: { children: ReactNode }) {
  const hear = useRef((_event: RunEvent): void => undefined);
  const watched = useWatched((event) => hear.current(event));
  const listen = useCallback<Shared["listen"]>((next) => {
    hear.current = next;
  }, []);
  const shared = useMemo(() => ({ ...watched, listen }), [watched, listen]);
  return <Context value={shared}>{children}</Context>;
}

function useShared(): Shared {
  const shared = useContext(Context);
  if (!shared) throw new Error("no StartedRunProvider");
  return shared;
}

/** For a form: `onStarted` hears the run's first event, and goes to the page that shows it. */
export function useStarter(onStarted: (event: RunEvent) => void): Pick<RunHandle, "run" | "start" | "clear"> {
  const { run, start, clear, listen } = useShared();
  const heard = useRef(onStarted);
  heard.current = onStarted;
  useEffect(() => {
    listen((event) => {
      if (event.started) heard.current(event);
    });
    return () => listen(() => undefined);
  }, [listen]);
  useEffect(() => clear(), [clear]); // what an earlier form started goes on at the server
  return { run, start, clear };
}

/** For a page: the run of this id. Without `isWanted` only one that a form has just started. */
export function useStartedRun(id: string, isWanted = true): Watched {
  const shared = useShared();
  const own = useWatched();
  const isShared = shared.run.runId === id;
  const { follow } = own;
  useEffect(() => {
    if (isWanted && !isShared) void follow(id);
  }, [id, isWanted, isShared, follow]);
  return isShared ? shared : own;
}

/** Calls `onEnd` once, when the run has come to its end while it was watched. */
export function useEnd(run: Run, onEnd: (run: Run) => void): void {
  const ended = useRef("");
  const heard = useRef(onEnd);
  heard.current = onEnd;
  useEffect(() => {
    const isOver = ["done", "stopped", "failed"].includes(run.phase);
    if (!isOver || ended.current === run.runId) return;
    ended.current = run.runId;
    heard.current(run);
  }, [run]);
}

export function useWatched(hear?: (event: RunEvent) => void): Watched {
  const told = useRef({ all: 0, finished: 0 }); // characters
  const handle = useRun((event) => {
    if (event.started || event.reset) told.current = { all: 0, finished: 0 };
    if (typeof event.content === "string") told.current.all += event.content.length;
    if (event.item !== undefined) told.current.finished = told.current.all;
    hear?.(event);
  });
  return useMemo(
    () => ({ ...handle, tail: handle.run.content.slice(told.current.finished).trim() }),
    [handle],
  );
}
