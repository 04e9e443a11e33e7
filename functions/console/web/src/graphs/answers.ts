// The API's graphs as graph models, and back from what an answer names to a model's edges.
import type { Schemas } from "../api/client";
import type { GraphEdge, GraphModel, GraphNode } from "./model";

export type EventGraphAnswer = Schemas["ViewedGraph"];
export type CausalGraphAnswer = Schemas["CausalGraph"];
export type CausalEdgeAnswer = Schemas["CausalEdge"];

export interface FollowsEdge extends GraphEdge {
  count: number;
  users: number;
  /** Of all times that anything came after the source. */
  share: number;
  medianLagS: number;
  p90LagS: number;
}

export interface CausalEdge extends GraphEdge {
  found: CausalEdgeAnswer;
}

export function eventModel(answer: EventGraphAnswer): GraphModel<FollowsEdge> {
  const columns = columnsOf(answer.view?.stages ?? []);
  const byId = new Map(answer.nodes.map((node) => [node.id, node]));
  const most = answer.edges.reduce((found, edge) => Math.max(found, edge.count), 1);
  return {
    nodes: answer.nodes.map(({ id, label, count, users, starts, ends }) => ({
      key: String(id),
      label,
      count,
      users,
      starts,
      ends,
      column: columns.get(label),
    })),
    edges: answer.edges.map((edge) => {
      const source = byId.get(edge.source);
      return {
        key: `${edge.source}>${edge.target}`,
        source: String(edge.source),
        target: String(edge.target),
        kind: "follows",
        weight: edge.count / most,
        count: edge.count,
        users: edge.users,
        share: source ? edge.count / Math.max(1, source.count - source.ends) : 0,
        medianLagS: edge.median_lag_seconds,
        p90LagS: edge.p90_lag_seconds,
      };
    }),
  };
}

function columnsOf(stages: readonly Schemas["Stage"][]): Map<string, number> {
  return new Map(stages.flatMap((stage, column) => stage.labels.map((label) => [label, column] as const)));
}

/** Nodes are told apart by their label: so are those of edges that come while the graph is being made. */
export function causalModel(
  edges: readonly CausalEdgeAnswer[],
  nodes: readonly Schemas["CausalNode"][] = [],
): GraphModel<CausalEdge> {
  const known = new Map<string, GraphNode>(
    nodes.map(({ label, count, users }) => [label, { key: label, label, count, users }]),
  );
  for (const label of edges.flatMap((edge) => [edge.cause, edge.effect]))
    if (!known.has(label)) known.set(label, { key: label, label, count: 0, users: 0 });
  return { nodes: [...known.values()], edges: edges.map(causalEdge) };
}

function causalEdge(found: CausalEdgeAnswer): CausalEdge {
  const { id, cause, effect, type, confidence } = found;
  return { key: String(id), source: cause, target: effect, kind: type, weight: confidence ** 2, found };
}

export interface Way {
  from: string;
  to: string;
  edges: number[];
  confidence: number;
}

/** What a `started` or a final event of an answer says of its path. */
export interface AnswerPath {
  path: (CausalEdgeAnswer & { marker: number })[];
  paths: Way[];
}

export function pathOf(...events: Record<string, unknown>[]): AnswerPath {
  const told = events.find((event) => Array.isArray(event.path)) as Partial<AnswerPath> | undefined;
  return { path: told?.path ?? [], paths: told?.paths ?? [] };
}

/** The names that a way leads by: `A, B, C`. */
export function namesOf(way: Way, path: AnswerPath["path"]): string[] {
  const byId = new Map(path.map((edge) => [edge.id, edge]));
  const edges = way.edges.map((id) => byId.get(id)).filter((edge) => edge !== undefined);
  const first = edges[0];
  return first ? [first.cause, ...edges.map((edge) => edge.effect)] : [way.from, way.to];
}

/** Ids are told as a cause, its effect, a cause, its effect … */
export function cases(ids: readonly string[]): [cause: string, effect: string][] {
  const found: [string, string][] = [];
  for (let at = 0; at + 1 < ids.length; at += 2) found.push([ids[at] ?? "", ids[at + 1] ?? ""]);
  return found;
}
