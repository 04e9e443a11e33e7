// Answers while they are given: what counts as one, and where they are kept until they are submitted.
import type { Shown } from "../kinds";

/** An option's id, several, a text, a text for each blank, a right side for each left one, or an order. */
export type Answer = string | boolean | string[] | Record<string, string>;
export type Answers = Record<string, Answer>;

const KEPT = "freshet.answers.";

export function isAnswered(answer: Answer | undefined): boolean {
  if (answer === undefined) return false;
  if (typeof answer === "boolean") return true;
  if (typeof answer === "string") return answer.trim() !== "";
  return Object.values(answer).some((one) => one.trim() !== "");
}

/** What is sent: nothing for what was left out, or taken back. */
export const given = (answers: Answers): Answers =>
  Object.fromEntries(Object.entries(answers).filter(([, answer]) => isAnswered(answer)));

/** The kept answers to these questions; a question that is gone has none. */
export function keptAnswers(exerciseId: string, questions: readonly Pick<Shown, "id">[]): Answers {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT + exerciseId) ?? "{}") as Answers;
    const ids = new Set(questions.map(({ id }) => id));
    return Object.fromEntries(Object.entries(kept).filter(([id]) => ids.has(id)));
  } catch {
    return {};
  }
}

export function keepAnswers(exerciseId: string, answers: Answers): void {
  try {
    if (Object.keys(answers).length) localStorage.setItem(KEPT + exerciseId, JSON.stringify(answers));
    else localStorage.removeItem(KEPT + exerciseId);
  } catch {
    // Without room in the browser's storage they are there until the page is left.
  }
}
