// What became of an answer, in one word.
import type { Tone } from "../../ui/feedback";
import type { Result } from "../kinds";

export type Verdict = "right" | "wrong" | "partly" | "unanswered" | "notGraded";

export const TONES: Record<Verdict, Tone> = {
  right: "good",
  wrong: "bad",
  partly: "warn",
  unanswered: "",
  notGraded: "accent",
};

export function verdictOf(result: Pick<Result, "graded_by" | "score" | "max_score" | "answer">): Verdict {
  const { graded_by, score, max_score, answer } = result;
  if (graded_by === "nobody") return "notGraded";
  if (score >= max_score && max_score > 0) return "right";
  if (score > 0) return "partly";
  return answer === null || answer === undefined ? "unanswered" : "wrong";
}
