import { answered, api } from "../api/client";
import { Failure } from "../api/failure";

const GONE = 404; // runs are kept for a day
const CONFLICT = 409; // its request was not kept

/** The id of the run to follow instead of one that ended badly, or seemed to; empty if only a new one helps. */
export async function repeated(runId: string): Promise<string> {
  const params = { path: { run_id: runId } };
  try {
    const { status } = await answered(api.GET("/api/v1/runs/{run_id}", { params }));
    if (status !== "failed" && status !== "stopped") return runId; // only the connection was lost
    return (await answered(api.POST("/api/v1/runs/{run_id}/retry", { params }))).id;
  } catch (error) {
    if (error instanceof Failure && [GONE, CONFLICT].includes(error.status)) return "";
    throw error;
  }
}
