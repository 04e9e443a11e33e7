// A run's failure as the error that it is: `ErrorNote` shows it in the server's words.
import { Failure, UNREACHABLE } from "../api/failure";
import type { Run } from "../api/run";

export function failureOfRun(run: Run): Failure | null {
  if (run.phase !== "failed") return null;
  const status = run.problem.code === "unreachable" ? UNREACHABLE : Number(run.problem.status ?? 500);
  return new Failure({ ...run.problem, detail: run.error }, status);
}
