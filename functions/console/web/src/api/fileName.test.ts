import { expect, test } from "vitest";
import { fileName } from "./fileName";

test("the extended name wins, in any script", () => {
  const said = `attachment; filename="exercise.gift"; filename*=UTF-8''%E5%85%89%E5%90%88%E4%BD%9C%E7%94%A8.gift`;
  expect(fileName(said)).toBe("光合作用.gift");
});

test("the plain name is read with its escapes", () => {
  expect(fileName('attachment; filename="a \\"b\\".csv"')).toBe('a "b".csv');
  expect(fileName(`attachment; filename="a.csv"; filename*=UTF-8''%E5%`)).toBe("a.csv");
});

test("without a name there is none", () => {
  expect(fileName("attachment")).toBe("");
  expect(fileName(null)).toBe("");
});
