// A prompt and its reply: as this page asked it, or as a kept conversation tells of it.
import type { Schemas } from "../../api/client";
import { IDLE, type Metrics, type Phase, type Run, type ToolCall } from "../../api/run";

export type Turn = Schemas["Turn"];
export type Message = Schemas["ChatMessage"];

export interface Exchange {
  key: string;
  prompt: string;
  model: string;
  run: Run;
}

const PHASES: Record<Turn["status"], Phase> = {
  running: "asking",
  done: "done",
  failed: "failed",
  stopped: "stopped",
};

/** Whether the model said anything: without that the server leaves a turn out of what models read. */
export const isAnswered = ({ run }: Exchange): boolean => run.content !== "" || run.toolCalls.length > 0;

/** A turn that was asked with messages before its prompt is as many exchanges as there are prompts. */
export function exchangesOf(turns: readonly Turn[]): Exchange[] {
  return turns.flatMap((turn) => {
    const messages = turn.messages as Message[];
    const last = messages.findLastIndex((message) => message.role === "user");
    const earlier = earlierOf(messages.slice(0, Math.max(0, last)), turn);
    const prompt = textOf(messages[Math.max(0, last)]);
    return [...earlier, { key: turn.id, prompt, model: turn.model, run: runOf(turn) }];
  });
}

/** Exchanges as messages before a prompt. Calls without a result are left out: models refuse them. */
export function messagesOf(exchanges: readonly Exchange[]): Message[] {
  return exchanges.filter(isAnswered).flatMap(({ prompt, run }) => {
    const calls = run.toolCalls.filter((call) => call.result !== undefined);
    const called = calls.length ? [{ role: "assistant", tool_calls: calls.map(calledFunction) }] : [];
    const results = calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: call.result }));
    const said = run.content ? [{ role: "assistant", content: run.content }] : [];
    return [{ role: "user", content: prompt }, ...called, ...results, ...said];
  });
}

/** The text of a message, whose parts may be others as well. */
export function textOf(message: Message | undefined): string {
  const content = message?.content ?? "";
  if (typeof content === "string") return content;
  return content
    .map((part) => part.text)
    .filter((text) => typeof text === "string")
    .join("\n");
}

function calledFunction({ id, name, arguments: given }: ToolCall) {
  return { id, type: "function", function: { name, arguments: given || "{}" } };
}

function earlierOf(messages: readonly Message[], turn: Turn): Exchange[] {
  const found: Exchange[] = [];
  for (const message of messages) {
    const last = found.at(-1);
    if (message.role === "user") {
      const key = `${turn.id}-${found.length}`;
      found.push({ key, prompt: textOf(message), model: turn.model, run: { ...IDLE, phase: "done" } });
    } else if (last) last.run = told(last.run, message);
  }
  return found;
}

function told(run: Run, message: Message): Run {
  if (message.role === "tool") {
    const toolCalls = run.toolCalls.map((call) =>
      call.id === message.tool_call_id ? { ...call, result: textOf(message) } : call,
    );
    return { ...run, toolCalls };
  }
  const calls = (message.tool_calls ?? []) as ReturnType<typeof calledFunction>[];
  const made = calls.map(({ id, function: called }, at) => ({
    index: run.toolCalls.length + at,
    id,
    name: called.name,
    arguments: called.arguments,
  }));
  return { ...run, content: run.content + textOf(message), toolCalls: [...run.toolCalls, ...made] };
}

function runOf(turn: Turn): Run {
  const toolCalls = turn.tool_calls as Omit<ToolCall, "index">[];
  return {
    ...IDLE,
    phase: PHASES[turn.status],
    runId: turn.id,
    content: turn.output,
    reasoning: turn.reasoning ?? "",
    toolCalls: toolCalls.map((call, index) => ({ ...call, index })),
    metrics: (turn.metrics ?? {}) as Metrics,
    error: String(turn.error?.detail ?? turn.error?.title ?? ""),
    problem: turn.error ?? {},
  };
}
