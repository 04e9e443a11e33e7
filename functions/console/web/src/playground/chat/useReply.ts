// One reply, streamed or not, as the same run.
import { useCallback, useEffect, useRef, useState } from "react";
import { asFailure, Failure } from "../../api/failure";
import { IDLE, type Run } from "../../api/run";
import { useRun } from "../../api/useRun";
import type { Play } from "./request";
import { ask, runBehind, type WholeAnswer } from "./wholeAnswer";

export interface Reply {
  run: Run;
  send: (play: Play) => Promise<void>;
  follow: (runId: string) => Promise<Run>;
  stop: () => Promise<void>;
  clear: () => void;
}

export function useReply(): Reply {
  const { run, start, follow, stop, clear: clearRun } = useRun();
  const whole = useWhole();

  const clear = useCallback(() => {
    whole.clear();
    clearRun();
  }, [whole.clear, clearRun]);
  const send = useCallback(
    async (play: Play) => {
      clear();
      if (play.stream) await start("api/debug/chat", play);
      else await whole.send(play, follow);
    },
    [clear, start, follow, whole.send],
  );
  const isWhole = whole.run.phase !== "idle";
  return { run: isWhole ? whole.run : run, send, follow, stop: isWhole ? whole.stop : stop, clear };
}

function useWhole() {
  const [run, setRun] = useState<Run>(IDLE);
  const leave = useRef<AbortController | null>(null);
  const asked = useRef<WholeAnswer | null>(null);
  useEffect(() => () => leave.current?.abort(), []);

  const clear = useCallback(() => {
    leave.current?.abort();
    setRun(IDLE);
  }, []);
  const send = useCallback(async (play: Play, follow: (runId: string) => Promise<unknown>) => {
    const mine = new AbortController();
    leave.current = mine;
    setRun({ ...IDLE, phase: "asking" });
    asked.current = ask(play, mine.signal);
    const show = (next: Run) => !mine.signal.aborted && setRun(next);
    try {
      show(await asked.current.answer);
    } catch (error) {
      const runId = runBehind(error);
      show(runId ? IDLE : failed(asFailure(error)));
      if (runId && !mine.signal.aborted) await follow(runId);
    }
  }, []);
  const stop = useCallback(async () => {
    await asked.current?.stop();
  }, []);
  return { run, send, stop, clear };
}

function failed(error: Error): Run {
  return {
    ...IDLE,
    phase: "failed",
    error: error.message,
    problem: error instanceof Failure ? error.problem : {},
  };
}
