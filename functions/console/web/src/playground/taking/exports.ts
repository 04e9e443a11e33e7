// The columns on screen as a file: everything as JSON, or to be read as Markdown.
import type { Run } from "../../api/run";
import type { Exchange } from "../chat/exchange";
import { concise, type Play } from "../chat/request";

export interface ExportedColumn {
  name: string;
  model: string;
  conversationId: string | null;
  /** The request for the prompt that comes next: model, system prompt, parameters, tools. */
  play: Play;
  exchanges: readonly Exchange[];
}

export function asJson(columns: readonly ExportedColumn[], at: Date): string {
  return `${JSON.stringify({ exported_at: at.toISOString(), columns: columns.map(column) }, null, 2)}\n`;
}

function column({ name, model, conversationId, play, exchanges }: ExportedColumn) {
  const { prompt: _, messages: __, conversation_id: ___, ...settings } = concise(play);
  return { name, model, conversation_id: conversationId, settings, exchanges: exchanges.map(exchange) };
}

function exchange({ prompt, model, run }: Exchange) {
  return {
    prompt,
    model,
    status: run.phase,
    output: run.content,
    reasoning: run.reasoning,
    tool_calls: run.toolCalls.map(({ index: _, ...call }) => call),
    error: run.error || null,
    metrics: run.metrics,
    run_id: run.runId,
  };
}

export function asMarkdown(columns: readonly ExportedColumn[], at: Date): string {
  const blocks = ["# Playground", at.toISOString(), ...columns.flatMap(chapter)];
  return `${blocks.filter(Boolean).join("\n\n")}\n`;
}

function chapter({ name, model, play, exchanges }: ExportedColumn): string[] {
  const { params, tool_ids: tools } = concise(play);
  return [
    `## ${name}: ${model}`,
    play.system_prompt ? `**System prompt**\n\n${quote(play.system_prompt)}` : "",
    params ? `**Parameters**\n\n${fenced(JSON.stringify(params, null, 2), "json")}` : "",
    tools ? `**Tools** ${tools.join(", ")}` : "",
    ...exchanges.flatMap(told),
  ];
}

function told({ prompt, run }: Exchange): string[] {
  return [
    "### Prompt",
    quote(prompt),
    "### Answer",
    run.reasoning ? `**Reasoning**\n\n${quote(run.reasoning)}` : "",
    ...run.toolCalls.map(
      ({ name, arguments: given, result }, at) =>
        `**${at + 1}. \`${name}\`**\n\n${fenced(given, "json")}${result === undefined ? "" : `\n\n${fenced(result)}`}`,
    ),
    run.content,
    run.error ? `**Failed**: ${run.error}` : "",
    figures(run),
  ];
}

function figures({ metrics, phase }: Run): string {
  if (metrics.duration_ms === undefined) return "";
  const rows: [string, unknown][] = [
    ["status", phase],
    ["time to first token, ms", metrics.ttft_ms],
    ["duration, ms", metrics.duration_ms],
    ["tokens a second", metrics.tokens_per_second],
    ["prompt tokens", metrics.prompt_tokens],
    ["completion tokens", metrics.completion_tokens],
    ["cost", metrics.cost == null ? null : `${metrics.cost} ${metrics.currency ?? ""}`],
    ["attempts", metrics.attempts],
  ];
  const known = rows.filter(([, value]) => value != null);
  return ["| figure | value |", "|---|---|", ...known.map(([name, value]) => `| ${name} | ${value} |`)].join(
    "\n",
  );
}

function quote(text: string): string {
  return text.replace(/^/gm, "> ");
}

/** A code block with marks that are longer than any in the text. */
function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([marks]) => marks.length));
  const marks = "`".repeat(longest + 1);
  return `${marks}${language}\n${text}\n${marks}`;
}
