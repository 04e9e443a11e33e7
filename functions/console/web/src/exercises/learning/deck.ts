// Which questions are practised, and in which order.
import type { Schemas } from "../../api/client";
import type { Shown } from "../kinds";

export interface Card {
  concept: string;
  exerciseId: string;
  question: Shown;
}

export const MOST = 20;

/** A question for each concept that is due, then a second one, until there are enough; none twice. */
export function deckOf(due: readonly Pick<Schemas["DueConcept"], "concept" | "questions">[]): Card[] {
  const cards = new Map<string, Card>();
  const rounds = Math.max(0, ...due.map(({ questions }) => questions.length));
  for (let round = 0; round < rounds; round++)
    for (const { concept, questions } of due) {
      const found = questions[round];
      if (!found || cards.size === MOST) continue;
      const question = found as unknown as Shown;
      const exerciseId = String(found.exercise_id);
      const key = `${exerciseId}/${question.id}`;
      if (!cards.has(key)) cards.set(key, { concept, exerciseId, question });
    }
  return [...cards.values()];
}
