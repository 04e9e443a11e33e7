// What is posted to ask: the column's model and settings, its prompt, and what went before.
import type { Schemas } from "../../api/client";
import { paramsOf } from "../settings/params";
import type { Settings } from "../settings/settings";
import { type Exchange, messagesOf } from "./exchange";

export type Play = Schemas["Play"];

const MOST_MESSAGES = 1000; // the API's bound

interface Asked {
  modelId: number;
  settings: Settings;
  prompt: string;
  before: readonly Exchange[];
  /** The kept conversation that `before` is, if it is one. */
  conversationId: string | null;
}

/** A kept conversation is gone on with; anything else takes its messages along. */
export function playOf({ modelId, settings, prompt, before, conversationId }: Asked): Play {
  const place = settings.keep ? conversationId : null;
  const messages = place ? [] : messagesOf(before).slice(-MOST_MESSAGES);
  return {
    model_id: modelId,
    prompt,
    system_prompt: settings.systemPrompt.trim() ? settings.systemPrompt : null,
    params: paramsOf(settings.params).params,
    tool_ids: settings.toolIds,
    stream: settings.stream,
    messages: firstPrompt(messages),
    ...(place && { conversation_id: place }),
    keep: settings.keep,
  };
}

/** From a prompt on: what is left of a cut may begin with results whose calls are gone. */
function firstPrompt(messages: Play["messages"]): Play["messages"] {
  return messages.slice(
    Math.max(
      0,
      messages.findIndex((message) => message.role === "user"),
    ),
  );
}

/** Without what says nothing: for people to read. */
export function concise(play: Play): Partial<Play> {
  const params = Object.fromEntries(Object.entries(play.params).filter(([, value]) => !isEmpty(value)));
  const members = { ...play, params } as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(members).filter(([name, value]) => !isEmpty(value) && !(name === "keep" && value)),
  );
}

function isEmpty(value: unknown): boolean {
  return value == null || (typeof value === "object" && Object.keys(value).length === 0);
}
