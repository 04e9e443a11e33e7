// A graph model as sigma's graph: sizes and shapes, built a bit at a time so that the page never stands still.
import Graph from "graphology";
import { curvature, pairsOf } from "./curvature";
import { spiral } from "./force";
import type { Place } from "./layered";
import type { GraphModel } from "./model";
import { DASHES } from "./palette";

const AT_ONCE = 2_500; // edges: some tens of milliseconds
const MANY = 500;
const SMALLEST = 0.55; // by a node's full size

export type Drawing = Graph;

/** The nodes; without places they begin on a spiral. `scale`: how large the picture will be by its own size. */
export function nodesDrawn(
  model: GraphModel,
  places: ReadonlyMap<string, Place> | null,
  scale: number,
): Drawing {
  const graph = new Graph({ multi: true, type: "directed" });
  const size = sizes(model, scale);
  const start = places ? null : spiral(model.nodes.length);
  for (const [at, node] of model.nodes.entries()) {
    const place = places?.get(node.key) ?? { x: start?.[2 * at] ?? 0, y: start?.[2 * at + 1] ?? 0 };
    graph.addNode(node.key, { ...place, label: node.label, size: size(node.count) });
  }
  return graph;
}

/** Adds the edges to what is shown already. Throws what `signal` says if nobody wants them any more. */
export async function drawEdges(
  graph: Drawing,
  { edges }: GraphModel,
  places: ReadonlyMap<string, Place> | null,
  signal: AbortSignal,
): Promise<void> {
  const pairs = pairsOf(edges);
  for (let from = 0; from < edges.length; from += AT_ONCE) {
    signal.throwIfAborted();
    for (const edge of edges.slice(from, from + AT_ONCE)) {
      if (!graph.hasNode(edge.source) || !graph.hasNode(edge.target)) continue;
      graph.addEdgeWithKey(edge.key, edge.source, edge.target, {
        size: edges.length > MANY ? 0.5 + edge.weight : 0.8 + 2 * edge.weight,
        weight: edge.weight,
        kind: edge.kind,
        dash: DASHES[edge.kind],
        curvature: curvature(edge, pairs.has(edge.key), places),
      });
    }
    if (edges.length > AT_ONCE) await breath();
  }
}

/** A node's radius in pixels: its area by its count. */
function sizes({ nodes }: GraphModel, scale: number): (count: number) => number {
  const most = nodes.reduce((found, node) => Math.max(found, node.count), 1);
  const [least, range] = nodes.length > MANY ? [2, 8] : [5, 11];
  const fitted = Math.min(1, Math.max(SMALLEST, scale * 1.2));
  return (count) => fitted * (least + range * Math.sqrt(count / most));
}

/** Lets the page answer what it was asked meanwhile. */
export function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
