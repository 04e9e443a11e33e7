// What the API calls a question's type, level and difficulty, in the order in which people see them.
import type { Schemas } from "../api/client";

export type Exercise = Schemas["Exercise"];
export type ExerciseDetail = Schemas["ExerciseDetail"];
export type ExerciseSheet = Schemas["ExerciseSheet"];
export type Question = ExerciseDetail["items"][number];
export type Shown = ExerciseSheet["items"][number];
export type Result = Schemas["Result"];
export type Attempt = Schemas["Attempt"];
export type Place = Schemas["Place"];
export type Kind = Question["type"];
export type Difficulty = Question["difficulty"];
export type Bloom = Question["bloom"];
export type State = Exercise["state"];

export const KINDS: readonly Kind[] = [
  "single_choice",
  "multiple_choice",
  "true_false",
  "cloze",
  "numeric",
  "short_answer",
  "matching",
  "ordering",
  "essay",
];
export const DIFFICULTIES: readonly Difficulty[] = ["easy", "medium", "hard"];
export const BLOOM: readonly Bloom[] = ["remember", "understand", "apply", "analyze", "evaluate", "create"];
export const STATES: readonly State[] = ["generating", "ready", "partial"];
