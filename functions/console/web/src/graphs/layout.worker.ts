// ForceAtlas2 (M. Jacomy et al., PLoS ONE 9(6), 2014) for graphs that are too large to be layered: apart from the
// page, which only gets positions.
import iterate from "graphology-layout-forceatlas2/iterate.js";
import type { LayoutStep, LayoutTask } from "./force";

const NODE = 10; // numbers a node, see forceatlas2.d.ts
const EDGE = 3;
const MANY = 1_000; // nodes from which on forces of far ones are taken together
const [MASS, CONVERGENCE, SIZE] = [6, 7, 8];

self.onmessage = ({ data }: MessageEvent<LayoutTask>) => {
  const nodes = nodesOf(data);
  const edges = edgesOf(data, nodes);
  const settings = settingsFor(data.positions.length / 2);
  const end = performance.now() + data.longestMs;
  let told = performance.now();
  for (let step = 1; step < data.steps && performance.now() < end; step++) {
    iterate(settings, nodes, edges);
    if (performance.now() - told > data.everyMs) {
      tell(nodes, false);
      told = performance.now();
    }
  }
  iterate(settings, nodes, edges);
  tell(nodes, true);
};

function settingsFor(order: number) {
  return {
    linLogMode: false,
    outboundAttractionDistribution: false,
    adjustSizes: false,
    edgeWeightInfluence: 1,
    scalingRatio: 10,
    strongGravityMode: true,
    gravity: order > MANY ? 0.05 : 0.4, // what hangs on nothing stays near
    slowDown: 1 + Math.log(order + 1),
    barnesHutOptimize: order > MANY,
    barnesHutTheta: 0.7,
  };
}

function nodesOf({ positions }: LayoutTask): Float32Array {
  const order = positions.length / 2;
  const nodes = new Float32Array(order * NODE);
  for (let at = 0; at < order; at++) {
    nodes[at * NODE] = positions[2 * at] ?? 0;
    nodes[at * NODE + 1] = positions[2 * at + 1] ?? 0;
    nodes[at * NODE + MASS] = 1;
    nodes[at * NODE + CONVERGENCE] = 1;
    nodes[at * NODE + SIZE] = 1;
  }
  return nodes;
}

function edgesOf({ ends, weights }: LayoutTask, nodes: Float32Array): Float32Array {
  const edges = new Float32Array(weights.length * EDGE);
  for (const [at, weight] of weights.entries()) {
    const source = (ends[2 * at] ?? 0) * NODE;
    const target = (ends[2 * at + 1] ?? 0) * NODE;
    edges.set([source, target, weight], at * EDGE);
    nodes[source + MASS] = (nodes[source + MASS] ?? 0) + weight;
    nodes[target + MASS] = (nodes[target + MASS] ?? 0) + weight;
  }
  return edges;
}

function tell(nodes: Float32Array, isLast: boolean): void {
  const positions = new Float32Array((nodes.length / NODE) * 2);
  for (let at = 0; at < nodes.length / NODE; at++) {
    positions[2 * at] = nodes[at * NODE] ?? 0;
    positions[2 * at + 1] = nodes[at * NODE + 1] ?? 0;
  }
  const step: LayoutStep = { positions, isLast };
  self.postMessage(step, { transfer: [positions.buffer] });
}
