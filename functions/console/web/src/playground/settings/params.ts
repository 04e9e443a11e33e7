// Parameters of a generation as they are typed, and as the API takes them.
import type { Schemas } from "../../api/client";

export type Params = Schemas["Params"];
export type ResponseFormat = "" | "text" | "json_object" | "json_schema";

/** What stands in the fields. Empty: left to the model. */
export interface ParamsDraft {
  temperature: string;
  top_p: string;
  max_tokens: string;
  presence_penalty: string;
  frequency_penalty: string;
  seed: string;
  reasoning_effort: string;
  /** One a line; `\n` within one is a new line. */
  stop: string;
  response_format: ResponseFormat;
  json_schema: string;
  extra: string;
}

export const EMPTY_PARAMS: ParamsDraft = {
  temperature: "",
  top_p: "",
  max_tokens: "",
  presence_penalty: "",
  frequency_penalty: "",
  seed: "",
  reasoning_effort: "",
  stop: "",
  response_format: "",
  json_schema: "",
  extra: "",
};

export const NUMBERS = {
  temperature: { least: 0, most: 2, step: 0.1 },
  top_p: { least: 0, most: 1, step: 0.05 },
  max_tokens: { least: 1, most: 10_000_000, step: 1 },
  presence_penalty: { least: -2, most: 2, step: 0.1 },
  frequency_penalty: { least: -2, most: 2, step: 0.1 },
  seed: { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER, step: 1 },
} as const;

export type NumberName = keyof typeof NUMBERS;
export const NUMBER_NAMES = Object.keys(NUMBERS) as NumberName[];

/** `range` and `whole` are of numbers, `object` of JSON that is something else. */
export type Fault = "range" | "whole" | "json" | "object" | "stops";
export type Faults = Partial<Record<keyof ParamsDraft, Fault>>;

const MOST_STOPS = 4;

/** What is faulty is left out of `params`. */
export function paramsOf(draft: ParamsDraft): { params: Params; faults: Faults } {
  const faults: Faults = {};
  const params: Params = { extra: {} };
  for (const name of NUMBER_NAMES) readNumber(name, draft[name], params, faults);
  if (draft.reasoning_effort.trim()) params.reasoning_effort = draft.reasoning_effort.trim();
  readStops(draft.stop, params, faults);
  readFormat(draft, params, faults);
  const extra = parsed(draft.extra || "{}");
  if (typeof extra === "string") faults.extra = extra;
  else params.extra = extra.object as Params["extra"];
  return { params, faults };
}

export function draftOf(params: Params): ParamsDraft {
  const draft = { ...EMPTY_PARAMS };
  for (const name of NUMBER_NAMES) draft[name] = params[name]?.toString() ?? "";
  const stops = typeof params.stop === "string" ? [params.stop] : (params.stop ?? []);
  const format = params.response_format;
  return {
    ...draft,
    reasoning_effort: params.reasoning_effort ?? "",
    stop: stops.map((one) => one.replaceAll("\n", "\\n")).join("\n"),
    response_format: format?.type ?? "",
    json_schema: format?.type === "json_schema" ? pretty(format.json_schema) : "",
    extra: Object.keys(params.extra).length ? pretty(params.extra) : "",
  };
}

/** How many parameters say something. */
export function countOf(draft: ParamsDraft): number {
  const { json_schema: _, ...others } = draft;
  return Object.values(others).filter((value) => value.trim() !== "").length;
}

export const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** The JSON object in a text, or what is wrong with it. */
export function parsed(text: string): { object: Record<string, unknown> } | "json" | "object" {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? { object: value as Record<string, unknown> } : "object";
  } catch {
    return "json";
  }
}

function readNumber(name: NumberName, text: string, params: Params, faults: Faults): void {
  if (!text.trim()) return;
  const value = Number(text);
  const { least, most, step } = NUMBERS[name];
  if (!(value >= least && value <= most)) faults[name] = "range";
  else if (step === 1 && !Number.isInteger(value)) faults[name] = "whole";
  else params[name] = value;
}

function readStops(text: string, params: Params, faults: Faults): void {
  const stops = text.split("\n").filter(Boolean);
  if (stops.length > MOST_STOPS) faults.stop = "stops";
  else if (stops.length) params.stop = stops.map((one) => one.replaceAll("\\n", "\n"));
}

function readFormat(draft: ParamsDraft, params: Params, faults: Faults): void {
  if (!draft.response_format) return;
  if (draft.response_format !== "json_schema") {
    params.response_format = { type: draft.response_format };
    return;
  }
  const schema = parsed(draft.json_schema);
  if (typeof schema === "string") faults.json_schema = schema;
  else params.response_format = { type: "json_schema", json_schema: schema.object as { name: string } };
}
