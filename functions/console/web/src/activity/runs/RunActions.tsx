// Stopping a run that goes on, starting one again that failed or was stopped.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw, Square } from "lucide-react";
import { useLocation } from "wouter";
import { answered, api } from "../../api/client";
import { useWords } from "../../language/language";
import { useToasts } from "../../ui/toasts";
import { canBeRetried, goesOn, type RunRecord } from "./records";
import { KEY } from "./useRuns";
import { WORDS } from "./words";

export function RunActions({ run }: { run: RunRecord }) {
  const words = useWords(WORDS);
  const stop = useStop(run.id);
  const retry = useRetry(run.id);
  if (goesOn(run))
    return (
      <button type="button" className="small" disabled={stop.isPending} onClick={() => stop.mutate()}>
        {stop.isPending ? <span className="spinner" aria-hidden /> : <Square aria-hidden />}
        {words.stop}
      </button>
    );
  if (canBeRetried(run))
    return (
      <button type="button" className="small" disabled={retry.isPending} onClick={() => retry.mutate()}>
        {retry.isPending ? <span className="spinner" aria-hidden /> : <RotateCcw aria-hidden />}
        {words.retry}
      </button>
    );
  return null;
}

function useStop(run_id: string) {
  const queries = useQueryClient();
  const { say } = useToasts();
  return useMutation({
    mutationFn: () => answered(api.POST("/api/v1/runs/{run_id}/stop", { params: { path: { run_id } } })),
    onError: (error) => say(error.message),
    onSettled: () => queries.invalidateQueries({ queryKey: [...KEY, "newest"] }),
  });
}

/** The new run is opened: it is what one wants to see. */
function useRetry(run_id: string) {
  const queries = useQueryClient();
  const { say } = useToasts();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: () => answered(api.POST("/api/v1/runs/{run_id}/retry", { params: { path: { run_id } } })),
    onSuccess: (run) => navigate(`/activity/runs/${run.id}`),
    onError: (error) => say(error.message),
    onSettled: () => queries.invalidateQueries({ queryKey: [...KEY, "newest"] }),
  });
}
