import { expect, test } from "vitest";
import { membersOf } from "./lines";
import { modelDraftOf, modelOf, NEW_MODEL } from "./modelDraft";
import { NEW_TOOL, toolDraftOf, toolOf } from "./toolDraft";

test("headers are lines, and a line without a colon is named", () => {
  expect(membersOf("X-A: 1\n\nX-B:https://x:1\n")).toEqual({ "X-A": "1", "X-B": "https://x:1" });
  expect(membersOf("X-A: 1\nnothing")).toBe(2);
});

test("a model goes into the form and comes back", () => {
  const draft = {
    ...NEW_MODEL,
    name: "mine",
    base_url: " https://x.example/v1 ",
    model: "m",
    headers: "X-A: 1",
    prices: { input: "1.5", cached: "", output: "2", currency: "EUR" },
    fallbacks: [1],
  };
  const { model, faults } = modelOf(draft);
  expect(faults).toEqual({});
  expect(model).toMatchObject({ base_url: "https://x.example/v1", key: null, headers: { "X-A": "1" } });
  expect(model.prices).toEqual({ input: 1.5, cached: null, output: 2, currency: "EUR" });
  expect(modelOf(modelDraftOf({ ...model, id: 2, editable: true })).model).toEqual(model);
});

test("a model without prices has none, and what is wrong in it is named", () => {
  const params = { ...NEW_MODEL.params, extra: "{" };
  const { model, faults } = modelOf({ ...NEW_MODEL, params, secret_headers: "x" });
  expect(model.prices).toBeNull();
  expect(faults).toEqual({ params: true, secret_headers: 1 });
});

test("a tool goes into the form and comes back", () => {
  const about = { name: "weather", description: "Says it.", url: "https://x.example/{city}" };
  const draft = { ...NEW_TOOL, ...about, consequential: true };
  const { tool, faults } = toolOf(draft);
  expect(faults).toEqual({});
  expect(toolOf(toolDraftOf({ ...tool, id: 101, kind: "http" })).tool).toEqual(tool);
  expect(toolOf({ ...draft, parameters: "{" }).faults).toEqual({ parameters: "json" });
});
