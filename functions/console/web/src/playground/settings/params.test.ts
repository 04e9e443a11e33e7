import { expect, test } from "vitest";
import { countOf, draftOf, EMPTY_PARAMS, type ParamsDraft, paramsOf } from "./params";

const draft = (fields: Partial<ParamsDraft>): ParamsDraft => ({ ...EMPTY_PARAMS, ...fields });

test("what is empty is left to the model", () => {
  expect(paramsOf(EMPTY_PARAMS)).toEqual({ params: { extra: {} }, faults: {} });
  expect(countOf(EMPTY_PARAMS)).toBe(0);
});

test("every field becomes its parameter", () => {
  const fields = draft({
    temperature: "0",
    max_tokens: "200",
    stop: "END\n\\n\\n",
    reasoning_effort: " low ",
    response_format: "json_schema",
    json_schema: '{"name": "city"}',
    extra: '{"top_k": 3}',
  });
  const { params, faults } = paramsOf(fields);
  expect(faults).toEqual({});
  expect(params).toEqual({
    temperature: 0,
    max_tokens: 200,
    stop: ["END", "\n\n"],
    reasoning_effort: "low",
    response_format: { type: "json_schema", json_schema: { name: "city" } },
    extra: { top_k: 3 },
  });
});

test("what is wrong is named, and not sent", () => {
  const fields = draft({
    temperature: "3",
    top_p: "much",
    seed: "1.5",
    stop: "1\n2\n3\n4\n5",
    response_format: "json_schema",
    json_schema: "[]",
    extra: "{",
  });
  const { params, faults } = paramsOf(fields);
  expect(params).toEqual({ extra: {} });
  expect(faults).toEqual({
    temperature: "range",
    top_p: "range",
    seed: "whole",
    stop: "stops",
    json_schema: "object",
    extra: "json",
  });
});

test("parameters go into fields and come back", () => {
  const params = {
    temperature: 0.5,
    stop: ["\n\n", "END"],
    response_format: { type: "json_schema" as const, json_schema: { name: "x", schema: {} } },
    extra: { a: [1] },
  };
  expect(paramsOf(draftOf(params)).params).toEqual(params);
});
