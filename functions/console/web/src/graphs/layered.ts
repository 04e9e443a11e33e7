// Where the nodes of a small graph are: what leads is left of what it leads to, parts that have nothing to do
// with each other are apart. After K. Sugiyama et al., "Methods for visual understanding of hierarchical system
// structures" (1981): no cycles, layers, order by barycentres, then places. The same graph, the same picture.
import type { GraphEdge, GraphModel, GraphNode } from "./model";
import { packed } from "./packed";

export interface Place {
  x: number;
  y: number;
}

/** Pixels at the picture's own size: a label fits between two layers, and under a node. */
export const ACROSS = 150;
const DOWN = 64;
const SWEEPS = 12;

/** Places by key; `aspect` is the picture's width by its height. */
export function layered(graph: GraphModel, aspect: number): Map<string, Place> {
  const parts = components(graph).map((part) => placed(part));
  return packed(parts, aspect, ACROSS, DOWN);
}

/** The graph's connected parts, in the order of its nodes; with columns given, it is one. */
export function components(graph: GraphModel): GraphModel[] {
  if (graph.nodes.some((node) => node.column !== undefined)) return [graph];
  const root = new Map(graph.nodes.map((node) => [node.key, node.key]));
  const top = (key: string): string => {
    let at = key;
    for (let up = root.get(at); up !== undefined && up !== at; up = root.get(at)) {
      root.set(at, root.get(up) ?? up);
      at = up;
    }
    return at;
  };
  for (const { source, target } of graph.edges) root.set(top(source), top(target));
  const parts = new Map<string, { nodes: GraphNode[]; edges: GraphEdge[] }>();
  for (const node of graph.nodes) {
    const part = parts.get(top(node.key)) ?? { nodes: [], edges: [] };
    part.nodes.push(node);
    parts.set(top(node.key), part);
  }
  for (const edge of graph.edges) parts.get(top(edge.source))?.edges.push(edge);
  return [...parts.values()];
}

function placed(graph: GraphModel): Map<string, Place> {
  const forward = withoutCycles(graph);
  const layers = ordered(layersOf(graph, forward), forward);
  const rows = rowsOf(layers, forward);
  const places = new Map<string, Place>();
  for (const [column, layer] of layers.entries())
    for (const key of layer) places.set(key, { x: column * ACROSS, y: -(rows.get(key) ?? 0) * DOWN });
  return places;
}

type Link = readonly [from: string, to: string];

/** The edges without loops, those that would close a cycle turned round; heavy ones are turned last. */
function withoutCycles({ edges }: GraphModel): Link[] {
  const after = new Map<string, string[]>();
  const leads = (from: string, to: string): boolean => {
    const seen = new Set([from]);
    for (const key of seen) {
      if (key === to) return true;
      for (const next of after.get(key) ?? []) seen.add(next);
    }
    return false;
  };
  const heavyFirst = edges.filter((edge) => edge.source !== edge.target).sort((a, b) => b.weight - a.weight);
  return heavyFirst.map(({ source, target }) => {
    const link: Link = leads(target, source) ? [target, source] : [source, target];
    after.set(link[0], [...(after.get(link[0]) ?? []), link[1]]);
    return link;
  });
}

/** Keys by layer: the columns that are given, or else as far right as the longest way to each node. */
function layersOf({ nodes }: GraphModel, links: readonly Link[]): string[][] {
  const isGiven = nodes.some((node) => node.column !== undefined);
  const layer = isGiven ? new Map(nodes.map(({ key, column = 0 }) => [key, column])) : depths(nodes, links);
  const layers: string[][] = Array.from({ length: 1 + Math.max(0, ...layer.values()) }, () => []);
  for (const [key, number] of layer) layers[number]?.push(key);
  return layers;
}

function depths(nodes: readonly GraphNode[], links: readonly Link[]): Map<string, number> {
  const depth = new Map(nodes.map((node) => [node.key, 0]));
  const at = (key: string) => depth.get(key) ?? 0;
  for (let isMoved = true; isMoved; ) {
    const short = links.filter(([from, to]) => at(to) <= at(from));
    for (const [from, to] of short) depth.set(to, Math.max(at(to), at(from) + 1));
    isMoved = short.length > 0;
  }
  const follows = new Set(links.map(([, to]) => to));
  for (const { key } of nodes.filter((node) => !follows.has(node.key))) {
    const next = links.filter(([from]) => from === key).map(([, to]) => at(to));
    if (next.length) depth.set(key, Math.min(...next) - 1); // a first cause stands next to its first effect
  }
  return depth;
}

/** Each layer in the order of what it is linked to in the layers beside it, from left to right and back. */
function ordered(layers: string[][], links: readonly Link[]): string[][] {
  const beside = neighboursOf(links);
  const found = layers.map((layer) => [...layer]);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const row = new Map(
      found.flatMap((layer) => layer.map((key, at) => [key, at - layer.length / 2] as const)),
    );
    const walk = sweep % 2 ? found.keys() : [...found.keys()].reverse();
    for (const at of walk) {
      const mean = (key: string) => average(beside.get(key), row) ?? row.get(key) ?? 0;
      found[at] = (found[at] ?? []).toSorted((a, b) => mean(a) - mean(b));
      for (const [place, key] of (found[at] ?? []).entries())
        row.set(key, place - (found[at]?.length ?? 0) / 2);
    }
  }
  return found;
}

/** Rows near those of the neighbours, at least one apart within a layer, in the layer's order. */
function rowsOf(layers: readonly string[][], links: readonly Link[]): Map<string, number> {
  const beside = neighboursOf(links);
  const row = new Map(
    layers.flatMap((layer) => layer.map((key, at) => [key, at - (layer.length - 1) / 2] as const)),
  );
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const layer of sweep % 2 ? layers.toReversed() : layers) {
      const wanted = layer.map((key) => average(beside.get(key), row) ?? row.get(key) ?? 0);
      for (const [at, place] of apart(wanted).entries()) row.set(layer[at] ?? "", place);
    }
  return row;
}

/** The nearest rows to the wanted ones that are at least one apart: runs that collide are set about their mean. */
export function apart(wanted: readonly number[]): number[] {
  const runs: { sum: number; size: number }[] = [];
  for (const [at, row] of wanted.entries()) {
    runs.push({ sum: row - at, size: 1 });
    for (;;) {
      const last = runs.at(-1);
      const before = runs.at(-2);
      if (!last || !before || before.sum / before.size <= last.sum / last.size) break;
      runs.splice(-2, 2, { sum: before.sum + last.sum, size: before.size + last.size });
    }
  }
  return runs.flatMap(({ sum, size }) => Array<number>(size).fill(sum / size)).map((row, at) => row + at);
}

function neighboursOf(links: readonly Link[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [from, to] of links) {
    found.set(from, [...(found.get(from) ?? []), to]);
    found.set(to, [...(found.get(to) ?? []), from]);
  }
  return found;
}

function average(keys: readonly string[] | undefined, row: ReadonlyMap<string, number>): number | null {
  if (!keys?.length) return null;
  return keys.reduce((sum, key) => sum + (row.get(key) ?? 0), 0) / keys.length;
}
