// Answers and keys as a result holds them, by the ids of parts, in words that a person reads.
import type { Question, Result } from "../kinds";

interface Truth {
  isTrue: string;
  isFalse: string;
}

interface Named {
  id: string;
  text: string;
}

/** What was answered, a line for each part; none if nothing was. `question` is the version that was asked. */
export function answerLines(result: Result, question: Question | undefined, truth: Truth): string[] {
  const { answer } = result;
  const texts = textsOf(result, question);
  if (answer === null || answer === undefined || answer === "") return [];
  if (typeof answer === "boolean") return [answer ? truth.isTrue : truth.isFalse];
  if (Array.isArray(answer)) return answer.map((id) => texts.get(String(id)) ?? String(id));
  if (typeof answer !== "object") return [texts.get(String(answer)) ?? String(answer)];
  const lefts = leftsOf(question);
  const parts = Object.entries(answer as Record<string, unknown>).filter(([, said]) => said);
  return parts.map(([id, said]) =>
    labelled(lefts.get(id) ?? id, texts.get(String(said)) ?? String(said), parts.length),
  );
}

/** What would have been right. */
export function keyLines(result: Result, question: Question | undefined, truth: Truth): string[] {
  const { key } = result;
  if (key === null || key === undefined) return [];
  if (typeof key === "boolean") return [key ? truth.isTrue : truth.isFalse];
  if (typeof key === "string") return [key];
  if (Array.isArray(key)) return key.map(one);
  const lefts = leftsOf(question);
  const parts = Object.entries(key as Record<string, unknown>);
  return parts.map(([id, right]) => labelled(lefts.get(id) ?? id, one(right), parts.length));
}

/** A cloze with one blank needs no number before what belongs there. */
const labelled = (left: string, said: string, parts: number): string =>
  parts === 1 && left.length < 3 ? said : `${left} → ${said}`;

function one(key: unknown): string {
  if (Array.isArray(key)) return key.map(one).join(" / ");
  if (typeof key !== "object" || key === null) return String(key);
  const { text, value, tolerance, unit } = key as Record<string, unknown>;
  if (text !== undefined) return String(text);
  return [value, tolerance ? `± ${String(tolerance)}` : "", unit]
    .filter((part) => part || part === 0)
    .join(" ");
}

/** The texts of what could be chosen, by id: all of them where the question is still the same one. */
function textsOf(result: Result, question: Question | undefined): Map<string, string> {
  const offered = question ? offeredIn(question) : [];
  const keyed = Array.isArray(result.key) ? result.key.filter(isNamed) : [];
  const matched = isRecord(result.key) ? Object.values(result.key).filter(isNamed) : [];
  return new Map([...keyed, ...matched, ...offered].map(({ id, text }) => [id, text]));
}

function offeredIn(question: Question): Named[] {
  switch (question.type) {
    case "single_choice":
    case "multiple_choice":
      return question.options;
    case "ordering":
      return question.entries;
    case "matching":
      return [
        ...question.pairs.map(({ right_id, right }) => ({ id: right_id, text: right })),
        ...question.distractors,
      ];
    default:
      return [];
  }
}

function leftsOf(question: Question | undefined): Map<string, string> {
  return new Map(question?.type === "matching" ? question.pairs.map(({ id, left }) => [id, left]) : []);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isNamed = (value: unknown): value is Named => isRecord(value) && "id" in value && "text" in value;
