// Usage added up. Money of different currencies is never added, and what has no known price is counted apart.
import type { Schemas } from "../../api/client";

export type DayCounts = Schemas["DayCounts"];
type Counted = Omit<DayCounts, "day" | "model" | "capability">;

export interface Sum {
  calls: number;
  prompt: number;
  cached: number;
  completion: number;
  unpriced: number;
  estimated: number;
  /** By currency; of the calls whose price is known. */
  costs: Map<string, number>;
}

export function sumOf(items: readonly Counted[]): Sum {
  const costs = new Map<string, number>();
  for (const { currency, cost, calls, unpriced } of items)
    if (calls > unpriced) costs.set(currency, (costs.get(currency) ?? 0) + cost);
  const total = (of: (item: Counted) => number) => items.reduce((sum, item) => sum + of(item), 0);
  return {
    calls: total((item) => item.calls),
    prompt: total((item) => item.prompt_tokens),
    cached: total((item) => item.cached_tokens),
    completion: total((item) => item.completion_tokens),
    unpriced: total((item) => item.unpriced),
    estimated: total((item) => item.estimated),
    costs,
  };
}

/** The sums of groups, the one with the most tokens first. */
export function sumsBy(items: readonly DayCounts[], name: "model" | "capability"): [string, Sum][] {
  return [...grouped(items, name)]
    .map(([key, found]): [string, Sum] => [key, sumOf(found)])
    .sort(([, one], [, other]) => tokensOf(other) - tokensOf(one));
}

/** A sum for each of these days, also for those without usage. */
export function sumsOfDays(items: readonly DayCounts[], days: readonly string[]): [string, Sum][] {
  const byDay = grouped(items, "day");
  return days.map((day) => [day, sumOf(byDay.get(day) ?? [])]);
}

export const tokensOf = (sum: Sum): number => sum.prompt + sum.completion;

/** What a bar can stand for: money only if it is of one currency. */
export function costOf(sum: Sum): number {
  const [only] = sum.costs.values();
  return sum.costs.size === 1 && only !== undefined ? only : 0;
}

function grouped(
  items: readonly DayCounts[],
  name: "day" | "model" | "capability",
): Map<string, DayCounts[]> {
  const groups = new Map<string, DayCounts[]>();
  for (const item of items) {
    const group = groups.get(item[name]);
    if (group) group.push(item);
    else groups.set(item[name], [item]);
  }
  return groups;
}
