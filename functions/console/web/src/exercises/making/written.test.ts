import { expect, test } from "vitest";
import type { Question } from "../kinds";
import { draftIn } from "./written";

const finished = (question: string) => ({ question }) as Question;

test("the newest text is the draft until its question is finished", () => {
  expect(draftIn("First?\n\nSecond o", [finished("First?")])).toBe("Second o");
  expect(draftIn("First?\n\nSecond one?", [finished("First?"), finished("Second one?")])).toBe("");
});

test("a blank is a line, not its answer", () => {
  expect(draftIn("光合作用主要在{{叶绿体}}中进行。", [])).toBe("光合作用主要在____中进行。");
  const question = finished("光合作用主要在{{1}}中进行。");
  expect(draftIn("光合作用主要在{{叶绿体}}中进行。", [question])).toBe("");
});

test("before anything was written there is no draft", () => {
  expect(draftIn("", [])).toBe("");
});
