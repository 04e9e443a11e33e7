// A graph as the page knows it, whichever of the API's graphs it is of. What belongs here: its shape, and what
// follows from that alone (neighbours, what is lit). What does not: the API's answers, looks, places.

/** How an edge looks and is named; `follows` is the event graph's, the others are causal. */
export const EDGE_KINDS = ["follows", "causes", "triggers", "enables", "leads_to", "coincides"] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

export interface GraphNode {
  key: string;
  label: string;
  count: number;
  users: number;
  starts?: number;
  ends?: number;
  /** The number of its column, where somebody said what comes first: a view's stage. */
  column?: number;
}

export interface GraphEdge {
  key: string;
  source: string;
  target: string;
  kind: EdgeKind;
  /** From 0 to 1: how thick it is. */
  weight: number;
}

export interface GraphModel<Edge extends GraphEdge = GraphEdge> {
  nodes: readonly GraphNode[];
  edges: readonly Edge[];
}

export type Choice = { node: string } | { edge: string } | null;

/** What stands out while the rest is faded. */
export interface Lit {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
}

export interface GraphIndex<Edge extends GraphEdge> {
  nodes: ReadonlyMap<string, GraphNode>;
  edges: ReadonlyMap<string, Edge>;
  /** The edges that begin or end at a node, in the graph's order. */
  at: ReadonlyMap<string, readonly Edge[]>;
}

export function indexed<Edge extends GraphEdge>(graph: GraphModel<Edge>): GraphIndex<Edge> {
  const at = new Map<string, Edge[]>(graph.nodes.map((node) => [node.key, []]));
  for (const edge of graph.edges) {
    at.get(edge.source)?.push(edge);
    if (edge.target !== edge.source) at.get(edge.target)?.push(edge);
  }
  return {
    nodes: new Map(graph.nodes.map((node) => [node.key, node])),
    edges: new Map(graph.edges.map((edge) => [edge.key, edge])),
    at,
  };
}

/** The chosen thing with its neighbours; without one, the path; null if nothing stands out. */
export function litBy<Edge extends GraphEdge>(
  index: GraphIndex<Edge>,
  choice: Choice,
  path: ReadonlySet<string>,
): Lit | null {
  if (choice && "node" in choice) {
    const edges = index.at.get(choice.node) ?? [];
    return lit([choice.node], edges);
  }
  const keys = choice ? [choice.edge] : [...path];
  const edges = keys.map((key) => index.edges.get(key)).filter((edge) => edge !== undefined);
  return edges.length ? lit([], edges) : null;
}

function lit(nodes: readonly string[], edges: readonly GraphEdge[]): Lit {
  return {
    nodes: new Set([...nodes, ...edges.flatMap((edge) => [edge.source, edge.target])]),
    edges: new Set(edges.map((edge) => edge.key)),
  };
}

/** Whether the choice is still of this graph. */
export function isIn<Edge extends GraphEdge>(index: GraphIndex<Edge>, choice: Choice): boolean {
  if (!choice) return false;
  return "node" in choice ? index.nodes.has(choice.node) : index.edges.has(choice.edge);
}
