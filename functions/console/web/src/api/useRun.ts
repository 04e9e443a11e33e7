// One run in a component: start or follow it, watch it, stop it. Leaving the component stops nothing at the
// server; `follow` takes the run up again.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { answered, api } from "./client";
import { type Asked, events, type RunEvent } from "./events";
import { asFailure, Failure } from "./failure";
import { folded, IDLE, type Run } from "./run";

export interface RunHandle {
  run: Run;
  /**
   * Starts a run: POST `body` to a path that streams. Resolves at its end.
   * With the Idempotency-Key of an earlier start it takes up what that one began.
   */
  start: (path: string, body: unknown, key?: string) => Promise<Run>;
  /** Shows a run that is there from its first event on. */
  follow: (runId: string) => Promise<Run>;
  /** What was generated stays; the run ends as `stopped`. One that is not begun yet is stopped once it is. */
  stop: () => Promise<void>;
  /** Forgets what is shown. */
  clear: () => void;
}

export function useRun(onEvent?: (event: RunEvent) => void): RunHandle {
  const [run, setRun] = useState<Run>(IDLE);
  const leave = useRef<AbortController | null>(null);
  const hear = useRef(onEvent);
  hear.current = onEvent;
  const runId = useRef("");
  runId.current = run.runId;
  const begun = useRef((_runId: string): void => undefined);

  useEffect(() => () => leave.current?.abort(), []);

  const watch = useCallback(async (asked: Asked): Promise<Run> => {
    leave.current?.abort();
    const mine = new AbortController();
    leave.current = mine;
    begun.current("");
    const shown = painter(setRun, mine.signal);
    shown.set({ ...IDLE, phase: "asking" });
    try {
      const broken = () => shown.flush({ phase: "broken" });
      for await (const event of events(asked, mine.signal, broken)) {
        if (event.started) begun.current(String(event.run_id));
        hear.current?.(event);
        shown.add(event);
      }
      return shown.flush();
    } catch (error) {
      return shown.flush(failed(asFailure(error)));
    } finally {
      if (leave.current === mine) begun.current(""); // there is nothing to stop any more
    }
  }, []);

  const stop = useCallback(async () => {
    const told = () =>
      new Promise<string>((resolve) => {
        begun.current = resolve;
      });
    const id = runId.current || (await told());
    if (id) await answered(api.POST("/api/v1/runs/{run_id}/stop", { params: { path: { run_id: id } } }));
  }, []);

  // Only `run` changes as events come: effects may depend on the rest.
  const start = useCallback(
    (path: string, body: unknown, key?: string) => watch({ path, body, key }),
    [watch],
  );
  const follow = useCallback(
    (id: string) => watch({ path: `api/v1/runs/${encodeURIComponent(id)}/stream` }),
    [watch],
  );
  const clear = useCallback(() => {
    leave.current?.abort();
    setRun(IDLE);
  }, []);

  return useMemo(() => ({ run, start, follow, stop, clear }), [run, start, follow, stop, clear]);
}

function failed(error: Error): Partial<Run> {
  const problem = error instanceof Failure ? error.problem : {};
  return { phase: "failed", error: error.message, problem };
}

/** Hundreds of events a second become one change of state a frame. */
function painter(setRun: (run: Run) => void, signal: AbortSignal) {
  let run = IDLE;
  let waiting: RunEvent[] = [];
  let frame = 0;
  const show = (next: Run) => {
    run = next;
    if (!signal.aborted) setRun(run);
  };
  const flush = (change: Partial<Run> = {}): Run => {
    cancel(frame);
    frame = 0;
    const next = folded(run, waiting);
    waiting = [];
    show({ ...next, ...change });
    return run;
  };
  const add = (event: RunEvent) => {
    waiting.push(event);
    frame ||= schedule(() => flush());
  };
  return { set: show, add, flush };
}

/** A hidden page paints no frames, but its runs go on. */
function schedule(paint: () => void): number {
  return document.hidden ? -window.setTimeout(paint, 250) : requestAnimationFrame(paint);
}

function cancel(scheduled: number): void {
  if (scheduled < 0) clearTimeout(-scheduled);
  else cancelAnimationFrame(scheduled);
}
