// The extraction of one user's events, taken up again when the page comes back while it runs.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { isUnderWay, type Run } from "../../api/run";
import { useRun } from "../../api/useRun";
import { bodyOf, type Options } from "./options";

export interface Extraction {
  run: Run;
  start: (options: Options) => void;
  stop: () => Promise<void>;
}

export function useExtraction(user: string): Extraction {
  const queries = useQueryClient();
  const { run, start, follow, stop, clear } = useRun();
  const kept = `freshet.extraction.${user}`;

  const ended = useCallback(
    async (run: Run) => {
      if (isUnderWay(run)) return; // left, not ended
      sessionStorage.removeItem(kept);
      await queries.invalidateQueries({ queryKey: ["behaviour"] });
    },
    [kept, queries],
  );

  const calls = useRef({ follow, clear });
  calls.current = { follow, clear };
  useEffect(() => {
    const runId = sessionStorage.getItem(kept);
    if (!runId) return;
    const { follow, clear } = calls.current;
    follow(runId).then((run) => {
      if (run.phase === "failed" && !run.runId) clear(); // a run that is forgotten by now
      ended(run);
    });
  }, [kept, ended]);

  const underWay = isUnderWay(run) ? run.runId : "";
  useEffect(() => {
    if (underWay) sessionStorage.setItem(kept, underWay);
  }, [kept, underWay]);

  const begin = useCallback(
    (options: Options) => {
      start(`api/v1/events/extract/${encodeURIComponent(user)}?stream=true`, bodyOf(options)).then(ended);
    },
    [ended, start, user],
  );
  return { run, start: begin, stop };
}
