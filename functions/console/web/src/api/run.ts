// A run as it can be shown: the fold of its events. What one part alone knows (an exercise, an edge) stays
// what it was sent as; the part reads it.
import type { RunEvent } from "./events";

export interface Source {
  marker: number;
  document_id: string;
  chunk_id: string;
  filename: string;
  text: string;
  page: number | null;
  heading: string[];
  score: number;
}

/** A quote that is in its source word for word; `start` and `end` count code points of the document's text. */
export interface Citation {
  marker: number;
  document_id: string;
  filename: string;
  page: number | null;
  heading: string[];
  chunk_id: string;
  quote: string;
  start: number;
  end: number;
}

export interface ToolCall {
  index: number;
  id: string;
  name: string;
  /** JSON, as far as it has come. */
  arguments: string;
  result?: string;
}

export interface Metrics {
  ttft_ms?: number | null;
  duration_ms?: number;
  prompt_tokens?: number;
  cached_tokens?: number;
  completion_tokens?: number;
  reasoning_tokens?: number;
  tokens_per_second?: number | null;
  cost?: number | null;
  currency?: string;
  attempts?: number;
  estimated?: boolean;
}

export type Phase = "idle" | "asking" | "streaming" | "broken" | "done" | "stopped" | "failed";

/** `broken`: the connection is, the run is not; it is being taken up again. */
export interface Run {
  phase: Phase;
  runId: string;
  /** The members of the `started` event: `model`, `conversation_id`, `exercise_id` … */
  started: RunEvent;
  sources: Source[];
  content: string;
  reasoning: string;
  toolCalls: ToolCall[];
  items: unknown[];
  /** How often the answer began again. */
  resets: number;
  final: RunEvent;
  metrics: Metrics;
  error: string;
  problem: Record<string, unknown>;
}

export const IDLE: Run = {
  phase: "idle",
  runId: "",
  started: {},
  sources: [],
  content: "",
  reasoning: "",
  toolCalls: [],
  items: [],
  resets: 0,
  final: {},
  metrics: {},
  error: "",
  problem: {},
};

export const isUnderWay = (run: Pick<Run, "phase">): boolean =>
  ["asking", "streaming", "broken"].includes(run.phase);

/** The run after these events. Folded by the batch: a copy for each of thousands of events would be quadratic. */
export function folded(run: Run, events: readonly RunEvent[]): Run {
  if (!events.length) return run;
  const next: Run = { ...run, toolCalls: [...run.toolCalls], items: [...run.items], phase: "streaming" };
  for (const event of events) fold(next, event);
  return next;
}

function fold(run: Run, event: RunEvent): void {
  if (event.started) start(run, event);
  if (event.reset) reset(run);
  if (typeof event.content === "string") run.content += event.content;
  if (typeof event.reasoning === "string") run.reasoning += event.reasoning;
  if (event.tool_call) call(run, event.tool_call as Partial<ToolCall> & { index: number });
  if (event.tool_result) result(run, event.tool_result as { id: string; content: string });
  if (event.item !== undefined) run.items.push(event.item);
  if (event.done) end(run, event);
}

function start(run: Run, event: RunEvent): void {
  run.runId = String(event.run_id ?? "");
  run.started = event;
  run.sources = (event.sources as Source[] | undefined) ?? [];
}

/** "Drop what was shown since the start": the answer begins again. */
function reset(run: Run): void {
  Object.assign(run, { content: "", reasoning: "", toolCalls: [], items: [], resets: run.resets + 1 });
}

/** Calls come in pieces, told apart by `index` within one round, and by `id` across rounds. */
function call(run: Run, piece: Partial<ToolCall> & { index: number }): void {
  const at = run.toolCalls.findLastIndex((one) => one.index === piece.index && one.result === undefined);
  const known = run.toolCalls[at];
  if (!known || (piece.id && known.id && piece.id !== known.id)) {
    run.toolCalls.push({ id: "", name: "", arguments: "", ...piece });
    return;
  }
  run.toolCalls[at] = {
    ...known,
    id: known.id || (piece.id ?? ""),
    name: known.name || (piece.name ?? ""),
    arguments: known.arguments + (piece.arguments ?? ""),
  };
}

function result(run: Run, { id, content }: { id: string; content: string }): void {
  const at = run.toolCalls.findLastIndex((one) => one.id === id);
  const known = run.toolCalls[at];
  if (known) run.toolCalls[at] = { ...known, result: content };
}

function end(run: Run, event: RunEvent): void {
  run.final = (event.final_response as RunEvent | undefined) ?? {};
  run.metrics = (event.metrics as Metrics | undefined) ?? {};
  run.phase = event.status === "error" ? "failed" : event.status === "stopped" ? "stopped" : "done";
  run.error = String(event.error ?? "");
  run.problem = (event.problem as Run["problem"] | undefined) ?? {};
}
