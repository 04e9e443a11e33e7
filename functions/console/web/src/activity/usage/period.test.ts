import { expect, test } from "vitest";
import { daysOf, periodOf } from "./period";

const TODAY = new Date("2026-03-05T23:30:00Z");

test.each([
  ["month", "2026-03-01", "2026-03-05"],
  ["lastMonth", "2026-02-01", "2026-02-28"],
  ["week", "2026-02-27", "2026-03-05"],
  ["quarter", "2025-12-06", "2026-03-05"],
] as const)("%s goes from %s to %s", (range, from, to) => {
  expect(periodOf(range, TODAY)).toEqual({ from, to });
});

test("last month before January is December of the year before", () => {
  const january = new Date("2026-01-31T00:00:00Z");
  expect(periodOf("lastMonth", january)).toEqual({ from: "2025-12-01", to: "2025-12-31" });
});

test("a period has all its days, and one that ends before it begins has none", () => {
  expect(daysOf({ from: "2026-02-27", to: "2026-03-02" })).toHaveLength(4);
  expect(daysOf({ from: "2026-03-02", to: "2026-03-01" })).toEqual([]);
  expect(daysOf({ from: "", to: "2026-03-01" })).toEqual([]);
});
