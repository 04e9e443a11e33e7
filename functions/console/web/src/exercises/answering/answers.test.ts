import { expect, test } from "vitest";
import { given, isAnswered } from "./answers";

test("an answer says something", () => {
  for (const answer of ["B", false, ["A"], { 1: "叶绿体", 2: "" }]) expect(isAnswered(answer)).toBe(true);
  for (const answer of [undefined, " ", [], { 1: "" }]) expect(isAnswered(answer)).toBe(false);
});

test("what was taken back is not sent", () => {
  expect(given({ a: "", b: ["B"], c: [], d: false })).toEqual({ b: ["B"], d: false });
});
