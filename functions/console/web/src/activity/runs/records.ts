// Runs as the API lists them: which go on, and lists of them put together.
import type { Schemas } from "../../api/client";

export type RunRecord = Schemas["Record"];

export const goesOn = (run: RunRecord): boolean => run.status === "queued" || run.status === "running";

/** Only a run that failed or was stopped can be started again, and that once. */
export const canBeRetried = (run: RunRecord): boolean =>
  (run.status === "failed" || run.status === "stopped") && !run.retried_by;

/** Every run once, newest first; of one that is in several lists, what the last of them says. */
export function merged(...lists: readonly (readonly RunRecord[])[]): RunRecord[] {
  const byId = new Map(lists.flat().map((run) => [run.id, run]));
  return [...byId.values()].sort((one, other) => (one.id < other.id ? 1 : -1)); // ids begin with their time
}

/** How long it took, or takes so far. */
export function durationOf(run: RunRecord, now: number): number {
  const measured = run.metrics?.duration_ms;
  if (typeof measured === "number") return measured;
  const end = run.ended_at ? Date.parse(run.ended_at) : now;
  return Math.max(0, end - Date.parse(run.created_at));
}

export function costOf(run: RunRecord): number | null {
  const cost = run.metrics?.cost;
  return typeof cost === "number" ? cost : null;
}
