// An answer that is not streamed. Its run is known at its end only, unless one asks for it.
import { answered, api, fetched, type Schemas } from "../../api/client";
import { Failure, failureOf } from "../../api/failure";
import { randomKey } from "../../api/key";
import { IDLE, type Metrics, type Run, type ToolCall } from "../../api/run";
import type { Play } from "./request";

type ChatAnswer = Schemas["ChatAnswer"];

const TRIES = 4;
const WAIT_MS = 1_000;
const LOOKS_MS = [1_000, 4_000]; // for the run; a busy server may not have begun it by the first

export interface WholeAnswer {
  answer: Promise<Run>;
  /** The run ends as `stopped` within a second; the answer fails, and `runBehind` tells where its part is. */
  stop: () => Promise<void>;
}

export function ask(play: Play, signal: AbortSignal): WholeAnswer {
  const key = randomKey();
  return { answer: answerOf(play, key, signal), stop: () => stop(play, key) };
}

/** The run behind a refusal that has one: it was stopped, or takes longer than such an answer may. */
export function runBehind(error: unknown): string | null {
  if (!(error instanceof Failure) || !["deadline", "stopped"].includes(error.code)) return null;
  return typeof error.problem.run_id === "string" ? error.problem.run_id : null;
}

/** Where the connection broke, asked again: with the same key the run that is there is joined. */
async function answerOf(play: Play, key: string, signal: AbortSignal): Promise<Run> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return runOf(await posted(play, key, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (!left || !(error instanceof Failure) || error.status !== 0) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

async function stop(play: Play, key: string): Promise<void> {
  const runId = await found(play, key, LOOKS_MS);
  await answered(api.POST("/api/v1/runs/{run_id}/stop", { params: { path: { run_id: runId } } }));
}

/** Joins the run for a moment: the deadline's problem has its id. The run itself keeps its own time. */
async function found(play: Play, key: string, [withinMs = 0, ...later]: readonly number[]): Promise<string> {
  try {
    return (await posted(play, key, AbortSignal.timeout(10 * withinMs), withinMs)).run_id;
  } catch (error) {
    const runId = runBehind(error);
    if (runId) return runId;
    if (!later.length) throw error;
    return found(play, key, later);
  }
}

async function posted(play: Play, key: string, signal: AbortSignal, withinMs?: number): Promise<ChatAnswer> {
  const headers = new Headers({ "Content-Type": "application/json", "Idempotency-Key": key });
  if (withinMs) headers.set("X-Request-Timeout-Ms", String(withinMs));
  const response = await fetched("api/debug/chat", {
    method: "POST",
    headers,
    body: JSON.stringify(play),
    signal,
  });
  if (!response.ok) throw await failureOf(response);
  return (await response.json()) as ChatAnswer;
}

function runOf(answer: ChatAnswer): Run {
  const calls = answer.tool_calls as Omit<ToolCall, "index">[];
  return {
    ...IDLE,
    phase: "done",
    runId: answer.run_id,
    content: answer.output,
    reasoning: answer.reasoning,
    toolCalls: calls.map((call, index) => ({ ...call, index })),
    final: { ...answer },
    metrics: answer.metrics as Metrics,
  };
}
