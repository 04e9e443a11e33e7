// Which edges are bent: those of a pair that leads there and back, and those that would run through other nodes.
import { ACROSS, type Place } from "./layered";
import type { GraphEdge } from "./model";

const PAIR = 0.18; // of its length, how far from the straight line a bent edge's control point is
const LONG = 0.22;

/** To the left of its way where positive. Both edges of a pair bend to their own left, so they part. */
export function curvature(
  edge: GraphEdge,
  isPair: boolean,
  places: ReadonlyMap<string, Place> | null,
): number {
  if (isPair) return PAIR;
  const from = places?.get(edge.source);
  const to = places?.get(edge.target);
  if (!from || !to || Math.abs(to.x - from.x) < 1.5 * ACROSS) return 0;
  return to.y >= from.y ? LONG : -LONG;
}

export function pairsOf(edges: readonly GraphEdge[]): ReadonlySet<string> {
  const ways = new Map(edges.map((edge) => [`${edge.source}\n${edge.target}`, edge.key]));
  return new Set(
    edges
      .filter((edge) => edge.source !== edge.target && ways.has(`${edge.target}\n${edge.source}`))
      .map((edge) => edge.key),
  );
}
