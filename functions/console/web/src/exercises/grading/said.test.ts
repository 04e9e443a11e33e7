import { expect, test } from "vitest";
import type { Question, Result } from "../kinds";
import { answerLines, keyLines } from "./said";

const truth = { isTrue: "对", isFalse: "错" };
const result = (answer: unknown, key: unknown) => ({ answer, key }) as Result;
const question = (parts: object) => parts as Question;

test("ids are told as their texts, also of what was wrong", () => {
  const asked = question({
    type: "single_choice",
    options: [
      { id: "A", text: "氧气" },
      { id: "B", text: "氮气" },
    ],
  });
  const given = result("B", [{ id: "A", text: "氧气" }]);
  expect(answerLines(given, asked, truth)).toEqual(["氮气"]);
  expect(keyLines(given, asked, truth)).toEqual(["氧气"]);
  expect(answerLines(given, undefined, truth)).toEqual(["B"]); // the question is another one by now
});

test("pairs are told with their left sides", () => {
  const asked = question({
    type: "matching",
    pairs: [{ id: "1", left: "Paris", right_id: "C", right: "France" }],
    distractors: [{ id: "A", text: "Spain" }],
  });
  const given = result({ 1: "A" }, { 1: { id: "C", text: "France" } });
  expect(answerLines(given, asked, truth)).toEqual(["Paris → Spain"]);
  expect(keyLines(given, asked, truth)).toEqual(["Paris → France"]);
});

test("numbers, blanks, statements and texts are told as they are", () => {
  expect(keyLines(result("", [{ value: 3.14, tolerance: 0.01, unit: "m" }]), undefined, truth)).toEqual([
    "3.14 ± 0.01 m",
  ]);
  expect(keyLines(result("", { 1: ["叶绿体", "葉綠體"] }), undefined, truth)).toEqual(["叶绿体 / 葉綠體"]);
  expect(answerLines(result({ 1: "x", 2: "y" }, {}), undefined, truth)).toEqual(["1 → x", "2 → y"]);
  expect(answerLines(result(false, true), undefined, truth)).toEqual(["错"]);
  expect(keyLines(result(false, true), undefined, truth)).toEqual(["对"]);
  expect(answerLines(result("free text", null), undefined, truth)).toEqual(["free text"]);
});

test("without an answer there is nothing to tell", () => {
  expect(answerLines(result(null, null), undefined, truth)).toEqual([]);
  expect(keyLines(result(null, null), undefined, truth)).toEqual([]);
});
