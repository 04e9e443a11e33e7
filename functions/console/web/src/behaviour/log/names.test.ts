import { describe, expect, it } from "vitest";
import { namesIn, namesOf } from "./names";
import type { Behaviour } from "./useBehaviours";

describe("names", () => {
  it("are lines, each once", () => {
    expect(namesIn(" 微信 \n\n抖音\n微信\n")).toEqual(["微信", "抖音"]);
  });

  it("are no more than one request takes", () => {
    expect(namesIn(Array.from({ length: 300 }, (_, at) => `app ${at}`).join("\n"))).toHaveLength(200);
  });

  it("come from the rows of their kind, the most frequent first", () => {
    const row = (object: string, kind: string) => ({ object, kind }) as Behaviour;
    const rows = [
      row("抖音", "app"),
      row("微信", "app"),
      row("微信", "app"),
      row("流浪地球", "media"),
      row("", "app"),
    ];
    expect(namesOf(rows, "apps")).toEqual(["微信", "抖音"]);
    expect(namesOf(rows, "media")).toEqual(["流浪地球"]);
  });
});
