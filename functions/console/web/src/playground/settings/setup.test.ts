import { expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "./settings";
import { completed, type Setup, withChange, withColumn, withoutColumn } from "./setup";

const names = (setup: Setup) => setup.columns.map((column) => column.name).join("");

test("there are three columns at most, and a removed one's name is free again", () => {
  const three = withColumn(withColumn(completed(null)));
  expect(names(three)).toBe("ABC");
  expect(withColumn(three)).toBe(three);
  expect(names(withColumn(withoutColumn(three, "B")))).toBe("ACB");
});

test("a column is changed alone", () => {
  const two = withColumn(completed(null));
  const changed = withChange(two, "B", { modelId: 7 });
  expect(changed.columns.map((column) => column.modelId)).toEqual([1, 7]);
});

test("what an earlier version kept is completed", () => {
  const column = { name: "A" as const, modelId: 2, own: null, conversationId: null };
  const kept = { columns: [column], shared: { systemPrompt: "Be brief." } } as unknown as Setup;
  expect(completed(kept).shared).toEqual({ ...DEFAULT_SETTINGS, systemPrompt: "Be brief." });
  expect(names(completed({ columns: [] }))).toBe("A");
});
