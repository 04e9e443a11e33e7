import { expect, test } from "vitest";
import { EMPTY, generateBody, isComplete } from "./request";

test("what was left empty is left to the API", () => {
  expect(generateBody({ ...EMPTY, text: "光合作用", counts: { cloze: 2, essay: 0 } })).toEqual({
    text: "光合作用",
    types: { cloze: 2 },
    bloom: [],
    use_documents: false,
    model_id: 1,
    stream: true,
  });
});

test("exactly one source is sent, whatever else was typed", () => {
  const draft = { ...EMPTY, text: "typed before", documentIds: ["a"] };
  expect(generateBody({ ...draft, from: "documents" })).toMatchObject({ document_ids: ["a"] });
  expect(generateBody({ ...draft, from: "documents" })).not.toHaveProperty("text");
  expect(generateBody({ ...draft, from: "analysis" }, "01X")).toMatchObject({ analysis_id: "01X" });
});

test("a request is complete with a material and with one to fifty questions", () => {
  expect(isComplete(EMPTY)).toBe(false);
  expect(isComplete({ ...EMPTY, text: " \n" })).toBe(false);
  expect(isComplete({ ...EMPTY, text: "x" })).toBe(true);
  expect(isComplete({ ...EMPTY, text: "x", counts: { cloze: 0 } })).toBe(false);
  expect(isComplete({ ...EMPTY, text: "x", counts: { cloze: 40, essay: 11 } })).toBe(false);
  expect(isComplete({ ...EMPTY, from: "analysis" }, "01X")).toBe(true);
});
