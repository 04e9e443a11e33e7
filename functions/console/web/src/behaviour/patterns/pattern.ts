// What a pattern is, what is asked of it, and how patterns are ordered.
import type { Schemas } from "../../api/client";

export type Pattern = Schemas["Pattern"];
export type Order = "support" | "length" | "duration";

export interface Wanted {
  of: "" | "events" | "behaviors";
  by: "" | "type" | "title" | "action" | "object" | "tag";
  /** Percent of the sessions. */
  support: number;
  least: number;
  most: number;
  /** null: any number of other steps between two. */
  gap: number | null;
  closed: boolean;
}

export const USUAL: Wanted = { of: "", by: "", support: 5, least: 2, most: 5, gap: null, closed: false };

const LIMIT = 200;

export function queryOf(user: string | null, { of, by, support, least, most, gap, closed }: Wanted) {
  return {
    ...(user !== null && { user_id: user }),
    ...(of && { of }),
    ...(by && { by }),
    // From 1 on the API takes a number of sessions for it.
    min_support: Math.min(0.999, Math.max(0.001, support / 100)),
    min_length: Math.min(least, most),
    max_length: Math.max(least, most),
    ...(gap !== null && { max_gap: gap }),
    closed,
    limit: LIMIT,
  };
}

const MEASURES: Record<Order, (pattern: Pattern) => number> = {
  support: ({ support }) => support,
  length: ({ items }) => items.length,
  duration: (pattern) => pattern.median_duration_seconds,
};

/** The highest first; what is the same stays in the server's order, the best one first. */
export function sorted(patterns: readonly Pattern[], order: Order): Pattern[] {
  const measure = MEASURES[order];
  return patterns.toSorted((one, other) => measure(other) - measure(one));
}
