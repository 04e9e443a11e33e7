// A model's configuration as it is typed, and as the API takes it.
import { draftOf, EMPTY_PARAMS, type ParamsDraft, paramsOf } from "../settings/params";
import { linesOf, membersOf } from "./lines";
import type { Model, NewModel } from "./queries";

export const CAPABILITIES = ["chat", "tools", "vision", "json", "reasoning", "embeddings"] as const;
export const PROVIDERS = ["openai", "anthropic"] as const;

export type Capability = NewModel["capabilities"][number];

export interface ModelDraft {
  name: string;
  provider: NewModel["provider"];
  base_url: string;
  model: string;
  key: string;
  headers: string;
  secret_headers: string;
  params: ParamsDraft;
  prices: { input: string; cached: string; output: string; currency: string };
  capabilities: Capability[];
  files: boolean;
  fallbacks: number[];
}

export const NEW_MODEL: ModelDraft = {
  name: "",
  provider: "openai",
  base_url: "",
  model: "",
  key: "",
  headers: "",
  secret_headers: "",
  params: EMPTY_PARAMS,
  prices: { input: "", cached: "", output: "", currency: "USD" },
  capabilities: ["chat", "tools"],
  files: false,
  fallbacks: [],
};

/** By field: the number of a line that is none; `params` where one of them is wrong. */
export interface ModelFaults {
  headers?: number;
  secret_headers?: number;
  params?: true;
}

export function modelOf(draft: ModelDraft): { model: NewModel; faults: ModelFaults } {
  const faults: ModelFaults = {};
  const { params, faults: wrong } = paramsOf(draft.params);
  if (Object.keys(wrong).length) faults.params = true;
  const model: NewModel = {
    name: draft.name.trim(),
    provider: draft.provider,
    base_url: draft.base_url.trim() || null,
    model: draft.model.trim(),
    key: draft.key.trim() || null,
    headers: members("headers", draft, faults),
    secret_headers: members("secret_headers", draft, faults),
    params,
    prices: pricesOf(draft.prices),
    capabilities: draft.capabilities,
    files: draft.files,
    fallbacks: draft.fallbacks,
  };
  return { model, faults };
}

export function modelDraftOf(model: Model): ModelDraft {
  const { prices } = model;
  return {
    ...NEW_MODEL,
    name: model.name,
    provider: model.provider,
    base_url: model.base_url ?? "",
    model: model.model,
    key: model.key ?? "",
    headers: linesOf(model.headers),
    secret_headers: linesOf(model.secret_headers),
    params: draftOf(model.params),
    prices: prices
      ? {
          input: String(prices.input),
          cached: prices.cached?.toString() ?? "",
          output: String(prices.output),
          currency: prices.currency,
        }
      : NEW_MODEL.prices,
    capabilities: model.capabilities,
    files: model.files,
    fallbacks: model.fallbacks,
  };
}

function members(name: "headers" | "secret_headers", draft: ModelDraft, faults: ModelFaults) {
  const found = membersOf(draft[name]);
  if (typeof found !== "number") return found;
  faults[name] = found;
  return {};
}

/** None where none is given; one that is not given is nothing. */
function pricesOf({ input, cached, output, currency }: ModelDraft["prices"]): NewModel["prices"] {
  if (![input, cached, output].some((price) => price.trim())) return null;
  const known = { input: Number(input || "0"), output: Number(output || "0"), currency: currency.trim() };
  return { ...known, cached: cached.trim() ? Number(cached) : null };
}
