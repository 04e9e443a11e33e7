// A conversation as it is shown and kept: questions, each with the run that answers it.
// What belongs here: its shape and what follows from it. What does not: keeping it (`kept.ts`), asking
// (`useConversation.ts`).
import type { Schemas } from "../api/client";
import { randomKey } from "../api/key";
import { IDLE, isUnderWay, type Run } from "../api/run";

export type Asking = Partial<Schemas["Ask"]> & { query: string };
type Earlier = Schemas["Earlier"];

export interface Turn {
  /** Also the request's Idempotency-Key: asked again with it, the server goes on with the same run. */
  key: string;
  asked: Asking;
  run: Run;
}

export interface Conversation {
  id: string;
  title: string;
  /** Milliseconds. */
  updatedAt: number;
  turns: Turn[];
}

/** What a question is asked of; what is left out is not restricted. */
export interface Scope {
  documentIds: string[];
  kind: Schemas["Document"]["kind"] | "";
  topK: number;
}

export const WIDE: Scope = { documentIds: [], kind: "", topK: 6 };
export const MAX_TOP_K = 50;
export const MAX_DOCUMENTS = 100;
export const MAX_QUESTION = 8_000;
const MAX_EARLIER = 50; // messages
const MAX_MESSAGE = 20_000; // characters of one
const MAX_TITLE = 80;

export const newId = (): string => Date.now().toString(36) + randomKey().split("-")[0];

export const newTurn = (asked: Asking): Turn => ({
  key: randomKey(),
  asked,
  run: { ...IDLE, phase: "asking" },
});

/** The request body: only what differs from the API's own defaults, so that copied code is short. */
export function asking(question: string, scope: Scope, turns: readonly Turn[]): Asking {
  const history = earlier(turns);
  return {
    query: question,
    ...(scope.topK !== WIDE.topK && { top_k: scope.topK }),
    ...(scope.documentIds.length > 0 && { document_ids: scope.documentIds }),
    ...(scope.kind && { kind: scope.kind }),
    ...(history.length > 0 && { history }),
  };
}

/** The scope of the last question: a conversation goes on as it was. */
export function scopeOf(turns: readonly Turn[]): Scope {
  const asked = turns.at(-1)?.asked;
  return {
    documentIds: asked?.document_ids ?? [],
    kind: asked?.kind ?? "",
    topK: asked?.top_k ?? WIDE.topK,
  };
}

/** The turns that were answered, as messages, the newest if they are too many. */
function earlier(turns: readonly Turn[]): Earlier[] {
  const said = turns.filter(({ run }) => run.content && !isUnderWay(run));
  return said
    .flatMap<Earlier>(({ asked, run }) => [
      { role: "user", content: cutTo(MAX_MESSAGE, asked.query) },
      { role: "assistant", content: cutTo(MAX_MESSAGE, run.content) },
    ])
    .slice(-MAX_EARLIER);
}

export function titleOf(turns: readonly Turn[]): string {
  const question = (turns[0]?.asked.query ?? "").replace(/\s+/g, " ").trim();
  return question.length > MAX_TITLE ? `${cutTo(MAX_TITLE, question)}…` : question;
}

/** Never half of a character: no JSON could carry that. */
function cutTo(length: number, text: string): string {
  const cut = text.slice(0, length);
  return text.length > length ? cut.replace(/[\uD800-\uDBFF]$/, "") : cut;
}
