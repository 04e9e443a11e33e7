// An HTTP tool as it is typed, and as the API takes it.
import { parsed, pretty } from "../settings/params";
import { linesOf, membersOf } from "./lines";
import type { NewTool, Tool } from "./queries";

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

export interface ToolDraft {
  name: string;
  description: string;
  parameters: string;
  method: NewTool["http"]["method"];
  url: string;
  headers: string;
  secret_headers: string;
  timeout_s: string;
  /** Whether a call may change something; null: as its method says. */
  consequential: boolean | null;
}

const EXAMPLE = {
  type: "object",
  properties: { city: { type: "string", description: "" } },
  required: ["city"],
};

export const NEW_TOOL: ToolDraft = {
  name: "",
  description: "",
  parameters: pretty(EXAMPLE),
  method: "GET",
  url: "",
  headers: "",
  secret_headers: "",
  timeout_s: "10",
  consequential: null,
};

export interface ToolFaults {
  parameters?: "json" | "object";
  headers?: number;
  secret_headers?: number;
}

export function toolOf(draft: ToolDraft): { tool: NewTool; faults: ToolFaults } {
  const faults: ToolFaults = {};
  const parameters = parsed(draft.parameters);
  if (typeof parameters === "string") faults.parameters = parameters;
  const tool: NewTool = {
    name: draft.name.trim(),
    description: draft.description.trim(),
    parameters: typeof parameters === "string" ? {} : parameters.object,
    http: {
      method: draft.method,
      url: draft.url.trim(),
      headers: members("headers", draft, faults),
      secret_headers: members("secret_headers", draft, faults),
      timeout_s: Number(draft.timeout_s),
      consequential: draft.consequential,
    },
  };
  return { tool, faults };
}

export function toolDraftOf(tool: Tool): ToolDraft {
  const { http } = tool;
  return {
    ...NEW_TOOL,
    name: tool.name,
    description: tool.description,
    parameters: pretty(tool.parameters),
    ...(http && {
      method: http.method,
      url: http.url,
      headers: linesOf(http.headers),
      secret_headers: linesOf(http.secret_headers),
      timeout_s: String(http.timeout_s),
      consequential: http.consequential ?? null,
    }),
  };
}

function members(name: "headers" | "secret_headers", draft: ToolDraft, faults: ToolFaults) {
  const found = membersOf(draft[name]);
  if (typeof found !== "number") return found;
  faults[name] = found;
  return {};
}
