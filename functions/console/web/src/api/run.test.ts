import { describe, expect, it } from "vitest";
import type { RunEvent } from "./events";
import { folded, IDLE, isUnderWay } from "./run";

const STARTED = { run_id: "r", started: true, model: "m", sources: [{ marker: 1 }] };
const fold = (...events: RunEvent[]) => folded(IDLE, events);

describe("an answer", () => {
  it("is what its events come to", () => {
    const run = fold(
      STARTED,
      { reasoning: "Hm. " },
      { content: "25 " },
      { content: "days" },
      { item: { question: 1 } },
      { done: true, final_response: { output: "25 days" }, metrics: { duration_ms: 3 } },
    );
    expect(run).toMatchObject({
      phase: "done",
      runId: "r",
      started: { model: "m" },
      sources: [{ marker: 1 }],
      content: "25 days",
      reasoning: "Hm. ",
      items: [{ question: 1 }],
      final: { output: "25 days" },
      metrics: { duration_ms: 3 },
    });
  });

  it("is the same however its events are divided", () => {
    const events = [
      STARTED,
      { content: "a" },
      { reset: true },
      { content: "b" },
      { item: 1 },
      { done: true },
    ];
    const once = fold(...events);
    for (let cut = 0; cut <= events.length; cut++)
      expect(folded(fold(...events.slice(0, cut)), events.slice(cut))).toEqual(once);
  });

  it("leaves the run as it was that it is folded onto", () => {
    const before = fold(STARTED, { tool_call: { index: 0, id: "a", name: "f", arguments: "" } });
    const copy = structuredClone(before);
    folded(before, [{ tool_call: { index: 0, arguments: "{}" } }, { item: 1 }, { content: "x" }]);
    expect(before).toEqual(copy);
  });

  it("begins again after a reset, with the sources it had", () => {
    const run = fold(
      STARTED,
      { content: "wrong" },
      { reasoning: "x" },
      { item: 1 },
      { reset: true },
      { content: "right" },
    );
    expect(run).toMatchObject({
      content: "right",
      reasoning: "",
      items: [],
      resets: 1,
      sources: [{ marker: 1 }],
    });
  });

  it.each([
    [{ done: true, status: "error", error: "No.", problem: { code: "c" } }, "failed"],
    [{ done: true, status: "stopped", final_response: { output: "half" } }, "stopped"],
    [{ done: true }, "done"],
    [{ content: "x" }, "streaming"],
  ] as const)("after %j is %s", (event, phase) => {
    const run = fold(STARTED, event);
    expect(run.phase).toBe(phase);
    expect(isUnderWay(run)).toBe(phase === "streaming");
  });
});

describe("tool calls", () => {
  it("form out of pieces, told apart by index", () => {
    const run = fold(
      { tool_call: { index: 0, id: "a", name: "f", arguments: '{"x' } },
      { tool_call: { index: 1, id: "b", name: "g", arguments: "" } },
      { tool_call: { index: 0, arguments: '":1}' } },
      { tool_call: { index: 1, arguments: "{}" } },
    );
    expect(run.toolCalls).toEqual([
      { index: 0, id: "a", name: "f", arguments: '{"x":1}' },
      { index: 1, id: "b", name: "g", arguments: "{}" },
    ]);
  });

  it("of a later round are others, though their index is the same", () => {
    const run = fold(
      { tool_call: { index: 0, id: "a", name: "f", arguments: "{}" } },
      { tool_result: { id: "a", content: "1" } },
      { tool_call: { index: 0, id: "b", name: "f", arguments: "" } },
      { tool_call: { index: 0, arguments: "{}" } },
      { tool_result: { id: "b", content: "2" } },
    );
    expect(run.toolCalls.map(({ id, arguments: sent, result }) => [id, sent, result])).toEqual([
      ["a", "{}", "1"],
      ["b", "{}", "2"],
    ]);
  });
});
