// Changes to a question, as plain functions of what it was. Ids stay with what they were given to.
import type { Question } from "../kinds";
import { pieces } from "../question/gaps";

type Of<Type extends Question["type"]> = Extract<Question, { type: Type }>;
type Option = Of<"single_choice">["options"][number];
type Accepted = Of<"short_answer">["accepted"][number];
type Blank = Of<"cloze">["blanks"][number];
type Criterion = Of<"essay">["rubric"][number];

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** The first letter, else the first number, that is no id yet. */
export function freeId(taken: readonly { id: string }[]): string {
  const ids = new Set(taken.map(({ id }) => id));
  const numbers = taken.map((_, at) => String(at + 1));
  return [...LETTERS, ...numbers, String(taken.length + 1)].find((id) => !ids.has(id)) ?? "";
}

/** The option alone is right. */
export const onlyRight = (options: readonly Option[], id: string): Option[] =>
  options.map((one) => ({ ...one, credit: one.id === id ? 1 : 0 }));

/** These options are right, each to the same share; wrong ones take so much that ticking all earns nothing. */
export function allRight(options: readonly Option[], ids: ReadonlySet<string>): Option[] {
  const wrong = options.filter(({ id }) => !ids.has(id)).length;
  const right = options.length - wrong;
  return options.map((one) => ({ ...one, credit: ids.has(one.id) ? 1 / right : -1 / wrong }));
}

/** Answers as somebody typed them; one that was there before keeps its credit and its feedback. */
export const accepting = (texts: readonly string[], before: readonly Accepted[]): Accepted[] =>
  texts.map((text) => before.find((one) => one.text === text) ?? { text, credit: 1, feedback: "" });

/** The blanks that the text has marks for, in its order. */
export function blanksOf(text: string, before: readonly Blank[]): Blank[] {
  const marks = pieces(text).flatMap((piece) => ("gap" in piece ? [piece.gap] : []));
  return [...new Set(marks)].map((id) => before.find((one) => one.id === id) ?? { id, accepted: [] });
}

export const sumOf = (rubric: readonly Criterion[]): number =>
  Math.round(rubric.reduce((sum, { points }) => sum + points, 0) * 1e6) / 1e6;

/** The list with two neighbours exchanged; the same list at its ends. */
export function moved<One>(list: readonly One[], from: number, to: number): One[] {
  const next = [...list];
  const one = next[from];
  if (one === undefined || to < 0 || to >= list.length) return next;
  next.splice(from, 1);
  next.splice(to, 0, one);
  return next;
}

export const replacedAt = <One>(list: readonly One[], at: number, change: Partial<One>): One[] =>
  list.map((one, place) => (place === at ? { ...one, ...change } : one));

export const without = <One>(list: readonly One[], at: number): One[] =>
  list.filter((_, place) => place !== at);
