// One conversation: asked, followed, stopped, kept. A run that is under way goes on at the server when this is
// left; opened again, it is taken up.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { isUnderWay, type Run } from "../api/run";
import { useRun } from "../api/useRun";
import { type Asking, type Conversation, newTurn, type Turn, titleOf } from "./conversation";
import { keep, read } from "./kept";
import { repeated } from "./repeated";

export const PATH = "api/v1/query/stream";

/** Of queries: what shows what is kept. */
export const KEPT = "ask.kept";

export interface Conversing {
  /** Null while it is being read. */
  turns: readonly Turn[] | null;
  isUnderWay: boolean;
  /** False if the browser refuses to keep it. */
  isKept: boolean;
  ask: (asked: Asking) => void;
  /** The last question again: its run if that goes on or can be repeated, else a new one. Throws Failure. */
  again: () => Promise<void>;
  stop: () => Promise<void>;
}

export function useConversation(store: string, id: string): Conversing {
  const { run, start, follow, stop } = useRun();
  const [turns, setTurns] = useTurns(store, id, ({ run: last, asked, key }) => {
    if (last.runId) follow(last.runId);
    else start(PATH, asked, key);
  });
  const isKept = useKeeping(store, id, turns);

  // biome-ignore lint/correctness/useExhaustiveDependencies: turns change with the phase, not with each word
  useEffect(() => {
    if (run.phase !== "idle") setTurns((before) => inherited(before, run));
  }, [run.phase, run.runId, setTurns]);

  const ask = (asked: Asking) => {
    const turn = newTurn(asked);
    setTurns((before) => [...(before ?? []), turn]);
    start(PATH, asked, turn.key);
  };
  const again = async () => {
    const last = turns?.at(-1);
    if (!last) return;
    const runId = last.run.runId && (await repeated(last.run.runId));
    if (runId) {
      follow(runId);
      return;
    }
    setTurns((before) => before?.slice(0, -1) ?? null);
    ask(last.asked);
  };

  const shown = run.phase === "idle" ? turns : inherited(turns, run);
  const last = shown?.at(-1);
  return { turns: shown, isUnderWay: last !== undefined && isUnderWay(last.run), isKept, ask, again, stop };
}

/** The turns with the run as the last one's. Before a run tells its id, the one that is known stays. */
function inherited(turns: Turn[] | null, run: Run): Turn[] | null {
  const last = turns?.at(-1);
  return turns && last
    ? turns.with(-1, { ...last, run: { ...run, runId: run.runId || last.run.runId } })
    : turns;
}

/** The turns as they were kept; `resume` gets the one that was under way. */
function useTurns(store: string, id: string, resume: (turn: Turn) => void) {
  const [turns, setTurns] = useState<Turn[] | null>(null);
  const go = useRef(resume);
  go.current = resume;
  useEffect(() => {
    let isLeft = false;
    const found = (kept?: Conversation) => {
      if (isLeft) return;
      setTurns(kept?.turns ?? []);
      const last = kept?.turns.at(-1);
      if (last && isUnderWay(last.run)) go.current(last);
    };
    read(store, id).then(found, () => found());
    return () => {
      isLeft = true;
    };
  }, [store, id]);
  return [turns, setTurns] as const;
}

/** Keeps the turns whenever they change; false once the browser refused. */
function useKeeping(store: string, id: string, turns: Turn[] | null): boolean {
  const queries = useQueryClient();
  const [isKept, setIsKept] = useState(true);
  const first = useRef<Turn[] | null>(null);
  const told = useCallback(() => queries.invalidateQueries({ queryKey: [KEPT] }), [queries]);
  useEffect(() => {
    first.current ??= turns;
    if (!turns?.length || turns === first.current) return;
    keep(store, { id, title: titleOf(turns), updatedAt: Date.now(), turns }).then(
      () => {
        setIsKept(true);
        told();
      },
      () => setIsKept(false),
    );
  }, [store, id, turns, told]);
  return isKept;
}
