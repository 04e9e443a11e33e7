import { describe, expect, it } from "vitest";
import {
  type CausalEdgeAnswer,
  cases,
  causalModel,
  type EventGraphAnswer,
  eventModel,
  namesOf,
  pathOf,
} from "./answers";
import { curvature, pairsOf } from "./curvature";
import { discAt, lineAt } from "./hits";
import { apart, components, layered } from "./layered";
import { type GraphModel, indexed, isIn, litBy } from "./model";
import { packed } from "./packed";
import { midnight, queryOf, searchOf, WHOLE } from "./scope";

const answer: EventGraphAnswer = {
  of: "events",
  by: "type",
  covered: 1,
  sequences: 3,
  steps: 30,
  node_count: 2,
  edge_count: 2,
  nodes: [
    { id: 0, label: "工作", count: 10, users: 2, starts: 4, ends: 2 },
    { id: 1, label: "food", count: 6, users: 1, starts: 0, ends: 6 },
  ],
  edges: [
    { source: 0, target: 1, count: 6, users: 1, median_lag_seconds: 30, p90_lag_seconds: 60 },
    { source: 0, target: 0, count: 2, users: 1, median_lag_seconds: 5, p90_lag_seconds: 9 },
  ],
};

function found(id: number, cause: string, effect: string): CausalEdgeAnswer {
  const figures = { lag: 10, lift: 3, p: 0.01, support: 5, confidence: 0.9 };
  return { id, cause, effect, type: "leads_to", ...figures, evidence: ["a", "b"] };
}

const graphOf = (...ways: string[]): GraphModel =>
  causalModel(ways.map((way, id) => found(id + 1, way[0] ?? "", way[1] ?? "")));

describe("the API's answers as models", () => {
  it("gives an edge its share of what came after its source, sessions that ended there left out", () => {
    expect(eventModel(answer).edges.map((edge) => edge.share)).toEqual([6 / 8, 2 / 8]);
  });

  it("puts nodes into the columns of a view's stages", () => {
    const stages = [
      { title: "first", labels: ["food"] },
      { title: "then", labels: ["工作"] },
    ];
    const view = { name: "v", title: "", description: "", user_id: null, of: "events", by: "type" } as const;
    const shown = eventModel({ ...answer, view: { ...view, stages, model: "m", created_at: "" } });
    expect(shown.nodes.map((node) => node.column)).toEqual([1, 0]);
  });

  it("makes nodes of edges that come before the nodes are told", () => {
    expect(graphOf("ab", "bc").nodes.map((node) => node.key)).toEqual(["a", "b", "c"]);
  });

  it("reads the path of an answer from whichever event has it", () => {
    const path = [
      { ...found(2, "a", "b"), marker: 1 },
      { ...found(5, "b", "c"), marker: 2 },
    ];
    const paths = [{ from: "a", to: "c", edges: [2, 5], confidence: 0.8 }];
    const told = pathOf({}, { path, paths });
    expect(told.path.map((edge) => edge.id)).toEqual([2, 5]);
    expect(told.paths.map((way) => namesOf(way, told.path))).toEqual([["a", "b", "c"]]);
    expect(pathOf({}, {})).toEqual({ path: [], paths: [] });
  });

  it("pairs evidence by cause and effect", () => {
    expect(cases(["a", "b", "c", "d", "odd"])).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });
});

describe("what is lit", () => {
  const index = indexed(graphOf("ab", "bc", "cd"));

  it("is a node with its neighbours, an edge with its ends, or the path", () => {
    expect([...(litBy(index, { node: "b" }, new Set())?.nodes ?? [])].sort()).toEqual(["a", "b", "c"]);
    expect([...(litBy(index, { edge: "3" }, new Set(["1"]))?.nodes ?? [])]).toEqual(["c", "d"]);
    expect([...(litBy(index, null, new Set(["1", "2", "gone"]))?.edges ?? [])]).toEqual(["1", "2"]);
    expect(litBy(index, null, new Set())).toBeNull();
  });

  it("ends with what was chosen", () => {
    expect(isIn(index, { node: "d" })).toBe(true);
    expect(isIn(index, { edge: "4" })).toBe(false);
  });
});

describe("the layered layout", () => {
  it("puts causes left of effects, also over several steps", () => {
    const places = layered(graphOf("ab", "bc", "ac", "cd"), 1.5);
    const xs = ["a", "b", "c", "d"].map((key) => places.get(key)?.x ?? 0);
    expect(xs).toEqual([...xs].sort((one, other) => one - other));
    expect(new Set(xs).size).toBe(4);
  });

  it("comes to an end with circles and loops", () => {
    const places = layered(graphOf("ab", "bc", "ca", "aa"), 1);
    expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(3);
  });

  it("keeps all nodes apart from each other", () => {
    const ways = Array.from("abcdefgh").flatMap((from) => Array.from("ijkl", (to) => from + to));
    const places = [...layered(graphOf(...ways, "mn", "op"), 1.5).values()];
    for (const [at, one] of places.entries())
      for (const other of places.slice(at + 1))
        expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(50);
  });

  it("gives the same graph the same places", () => {
    const graph = graphOf("ab", "cb", "bd", "ef");
    expect(layered(graph, 1.5)).toEqual(layered(graph, 1.5));
  });

  it("takes what hangs together as one part", () => {
    expect(components(graphOf("ab", "cd", "db")).length).toBe(1);
    expect(components(graphOf("ab", "cd")).length).toBe(2);
  });

  it("moves rows that collide about their mean", () => {
    expect(apart([0, 0, 0])).toEqual([-1, 0, 1]);
    expect(apart([0, 5])).toEqual([0, 5]);
  });

  it("packs parts without one over the other, in about the picture's shape", () => {
    const part = (name: string) =>
      new Map([
        [`${name}1`, { x: 0, y: 0 }],
        [`${name}2`, { x: 100, y: 0 }],
      ]);
    const places = packed(Array.from("abcdefgh", part), 1.5, 100, 60);
    const [xs, ys] = [[...places.values()].map(({ x }) => x), [...places.values()].map(({ y }) => y)];
    expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(16);
    expect(new Set(xs).size).toBeGreaterThan(2);
    expect(new Set(ys).size).toBeGreaterThan(1);
  });
});

describe("bent edges", () => {
  it("are those that lead there and back", () => {
    const { edges } = graphOf("ab", "ba", "bc", "cc");
    expect([...pairsOf(edges)]).toEqual(["1", "2"]);
  });

  it("are those over other layers", () => {
    const places = new Map([
      ["a", { x: 0, y: 0 }],
      ["b", { x: 150, y: 0 }],
      ["c", { x: 300, y: 0 }],
    ]);
    const [near, far] = graphOf("ab", "ac").edges;
    expect(near && curvature(near, false, places)).toBe(0);
    expect(far && curvature(far, false, places)).not.toBe(0);
  });
});

describe("what is under the pointer", () => {
  it("is the disc that it is in", () => {
    const discs = [
      { key: "a", x: 0, y: 0, radius: 10 },
      { key: "b", x: 15, y: 0, radius: 10 },
    ];
    expect(discAt({ x: 2, y: 0 }, discs)).toBe("a");
    expect(discAt({ x: 13, y: 0 }, discs)).toBe("b");
    expect(discAt({ x: 40, y: 0 }, discs)).toBeNull();
  });

  it("is the line that it is close to, bent to the left of its way as it is drawn", () => {
    const line = { key: "l", from: { x: 0, y: 0 }, to: { x: 100, y: 0 } };
    expect(lineAt({ x: 50, y: 3 }, [{ ...line, curvature: 0 }])).toBe("l");
    expect(lineAt({ x: 50, y: 20 }, [{ ...line, curvature: 0 }])).toBeNull();
    expect(lineAt({ x: 50, y: -10 }, [{ ...line, curvature: 0.2 }])).toBe("l");
    expect(lineAt({ x: 50, y: 10 }, [{ ...line, curvature: 0.2 }])).toBeNull();
  });

  it("is the loop above a node", () => {
    const loop = { key: "o", from: { x: 0, y: 0 }, to: { x: 0, y: 0 }, curvature: 0 };
    expect(lineAt({ x: 0, y: -30 }, [loop])).toBe("o");
    expect(lineAt({ x: 0, y: 30 }, [loop])).toBeNull();
  });
});

describe("what the event graph is asked for", () => {
  it("leaves to a view what it is of", () => {
    const scope = { ...WHOLE, of: "events", by: "tag", view: "morning" } as const;
    expect(queryOf(scope, null)).toEqual({ view: "morning", min_count: 1, limit: 500 });
  });

  it("takes the last day whole", () => {
    const hours = Date.parse(midnight("2026-03-02", 1)) - Date.parse(midnight("2026-03-02", 0));
    expect(hours).toBe(24 * 3_600_000);
  });

  it("has users of any name in the address", () => {
    expect(searchOf(queryOf(WHOLE, "a/b&c"))).toContain("user_id=a%2Fb%26c");
  });
});
