import { describe, expect, it } from "vitest";
import { IDLE } from "../api/run";
import { asking, newTurn, scopeOf, type Turn, titleOf, WIDE } from "./conversation";

const answered = (query: string, content: string, phase: Turn["run"]["phase"] = "done"): Turn => ({
  ...newTurn({ query }),
  run: { ...IDLE, phase, content },
});

describe("asking", () => {
  it("is the question alone where nothing else was chosen", () => {
    expect(asking("Why?", WIDE, [])).toEqual({ query: "Why?" });
  });

  it("names the scope that was chosen", () => {
    expect(asking("Why?", { documentIds: ["a"], kind: "doc", topK: 9 }, [])).toEqual({
      query: "Why?",
      document_ids: ["a"],
      kind: "doc",
      top_k: 9,
    });
  });

  it("carries what was said before, stopped answers included, and no question without an answer", () => {
    const turns = [answered("a", "A"), answered("b", "", "failed"), answered("c", "C", "stopped")];
    expect(asking("d", WIDE, turns).history).toEqual([
      { role: "user", content: "a" },
      { role: "assistant", content: "A" },
      { role: "user", content: "c" },
      { role: "assistant", content: "C" },
    ]);
  });

  it("keeps to what the API takes: fifty messages, none too long, no half characters", () => {
    const turns = Array.from({ length: 40 }, (_, number) =>
      answered(`${number}`, `${"x".repeat(19_999)}🙂🙂`),
    );
    const { history } = asking("next", WIDE, turns);
    expect(history).toHaveLength(50);
    expect(history?.at(-2)?.content).toBe("39");
    expect(history?.at(-1)?.content).toBe("x".repeat(19_999));
  });
});

it("goes on with the scope of the last question", () => {
  const turn = newTurn({ query: "q", document_ids: ["a"], top_k: 3 });
  expect(scopeOf([turn])).toEqual({ documentIds: ["a"], kind: "", topK: 3 });
  expect(scopeOf([])).toEqual(WIDE);
});

it("takes its title from the first question, in one line", () => {
  expect(titleOf([newTurn({ query: "  a\n\nb " }), newTurn({ query: "c" })])).toBe("a b");
  expect(titleOf([newTurn({ query: "y".repeat(200) })])).toBe(`${"y".repeat(80)}…`);
});
