import { expect, test } from "vitest";
import { costOf, type DayCounts, sumOf, sumsBy, sumsOfDays, tokensOf } from "./sums";

function counts(more: Partial<DayCounts>): DayCounts {
  const none = {
    prompt_tokens: 0,
    cached_tokens: 0,
    completion_tokens: 0,
    cost: 0,
    unpriced: 0,
    estimated: 0,
  };
  return { ...none, currency: "USD", calls: 1, day: "2026-11-22", model: "m", capability: "query", ...more };
}

test("money of two currencies is not added", () => {
  const sum = sumOf([counts({ cost: 1 }), counts({ cost: 2 }), counts({ cost: 30, currency: "CNY" })]);
  expect([...sum.costs]).toEqual([
    ["USD", 3],
    ["CNY", 30],
  ]);
  expect(costOf(sum)).toBe(0);
});

test("calls without a known price cost nothing that could be shown", () => {
  const sum = sumOf([counts({ calls: 2, unpriced: 2 })]);
  expect(sum.costs.size).toBe(0);
  expect(sum.unpriced).toBe(2);
});

test("groups are sorted by their tokens", () => {
  const items = [
    counts({ model: "small", prompt_tokens: 1 }),
    counts({ model: "large", prompt_tokens: 5, completion_tokens: 2 }),
    counts({ model: "small", completion_tokens: 3 }),
  ];
  expect(sumsBy(items, "model").map(([name, sum]) => [name, tokensOf(sum)])).toEqual([
    ["large", 7],
    ["small", 4],
  ]);
});

test("days without usage are there, too", () => {
  const days = sumsOfDays([counts({ day: "2026-11-22" })], ["2026-11-21", "2026-11-22"]);
  expect(days.map(([day, sum]) => [day, sum.calls])).toEqual([
    ["2026-11-21", 0],
    ["2026-11-22", 1],
  ]);
});
