// The layout of large graphs, made by a worker: this side of it.
import type { GraphModel } from "./model";

export interface LayoutTask {
  /** x, y a node. */
  positions: Float32Array;
  /** Source and target an edge, as places among the nodes. */
  ends: Uint32Array;
  weights: Float32Array;
  steps: number;
  longestMs: number;
  /** How often positions are told before the last ones. */
  everyMs: number;
}

export interface LayoutStep {
  positions: Float32Array;
  isLast: boolean;
}

const STEPS_OF_SMALL = 300;
const STEPS_OF_LARGE = 150;
const LONGEST_OF_SMALL_MS = 2_500; // both also end where a machine is slow
const LONGEST_OF_LARGE_MS = 10_000;
const LARGE = 1_000; // nodes: painting them takes a good part of a tenth of a second
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** Tells positions until they are good, or `signal` says that nobody wants them any more. */
export function arranged(
  graph: GraphModel,
  isCalm: boolean,
  signal: AbortSignal,
  onStep: (step: LayoutStep) => void,
): void {
  const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  const end = () => worker.terminate();
  signal.addEventListener("abort", end, { once: true });
  worker.onmessage = ({ data }: MessageEvent<LayoutStep>) => {
    if (signal.aborted) return;
    onStep(data);
    if (data.isLast) end();
  };
  const task = taskOf(graph, isCalm);
  worker.postMessage(task, [task.positions.buffer, task.ends.buffer, task.weights.buffer]);
}

function taskOf(graph: GraphModel, isCalm: boolean): LayoutTask {
  const isLarge = graph.nodes.length > LARGE;
  const at = new Map(graph.nodes.map((node, place) => [node.key, place]));
  const everyMs = isCalm ? Number.POSITIVE_INFINITY : isLarge ? 2_000 : 60;
  return {
    positions: spiral(graph.nodes.length),
    ends: Uint32Array.from(
      graph.edges.flatMap((edge) => [at.get(edge.source) ?? 0, at.get(edge.target) ?? 0]),
    ),
    weights: Float32Array.from(graph.edges, (edge) => 0.2 + edge.weight),
    steps: isLarge ? STEPS_OF_LARGE : STEPS_OF_SMALL,
    longestMs: isLarge ? LONGEST_OF_LARGE_MS : LONGEST_OF_SMALL_MS,
    everyMs,
  };
}

/** Where nodes begin: the same graph always ends as the same picture. */
export function spiral(order: number): Float32Array {
  const positions = new Float32Array(2 * order);
  for (let at = 0; at < order; at++) {
    const far = 10 * Math.sqrt(at + 0.5);
    positions[2 * at] = far * Math.cos(at * GOLDEN_ANGLE);
    positions[2 * at + 1] = far * Math.sin(at * GOLDEN_ANGLE);
  }
  return positions;
}
