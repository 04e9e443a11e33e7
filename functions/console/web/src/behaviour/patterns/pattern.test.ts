import { describe, expect, it } from "vitest";
import { type Pattern, queryOf, sorted, USUAL } from "./pattern";

describe("queryOf", () => {
  it("asks for a share of the sessions, never for a number of them", () => {
    expect(queryOf(null, { ...USUAL, support: 100 }).min_support).toBe(0.999);
    expect(queryOf(null, { ...USUAL, support: 0 }).min_support).toBe(0.001);
    expect(queryOf("u", USUAL)).toMatchObject({ user_id: "u", min_support: 0.05 });
  });

  it("turns lengths that are the wrong way round", () => {
    expect(queryOf(null, { ...USUAL, least: 4, most: 2 })).toMatchObject({ min_length: 2, max_length: 4 });
  });
});

describe("sorted", () => {
  const pattern = (items: string[], support: number) =>
    ({ items, support, median_duration_seconds: 10 - support }) as Pattern;
  const all = [pattern(["a", "b"], 5), pattern(["a", "b", "c"], 3)];
  it.each([
    ["support", 5],
    ["length", 3],
    ["duration", 3],
  ] as const)("has the highest %s first", (order, support) => {
    expect(sorted(all, order)[0]?.support).toBe(support);
  });
});
