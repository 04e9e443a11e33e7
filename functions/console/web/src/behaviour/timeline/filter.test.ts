import { describe, expect, it } from "vitest";
import { counted, OPEN, passing } from "./filter";
import type { FoundEvent } from "./useEvents";

function event(id: string, type: string, title: string, day: string): FoundEvent {
  const [start, end] = [`${day}T23:00:00+08:00`, `${day}T23:30:00+08:00`];
  return { id, user_id: "u", type, title, start, end, behaviours: [], confidence: 1 };
}

const EVENTS = [
  event("1", "work", "写代码：VS Code", "2026-03-02"),
  event("2", "music", "听歌：QQ音乐", "2026-03-03"),
  event("3", "work", "开会", "2026-03-04"),
];
const ids = (filter: Partial<typeof OPEN>) => passing(EVENTS, { ...OPEN, ...filter }).map(({ id }) => id);

describe("passing", () => {
  it("shows all until something is chosen", () => expect(ids({})).toEqual(["1", "2", "3"]));
  it("goes by type", () => expect(ids({ types: new Set(["work"]) })).toEqual(["1", "3"]));
  it("goes by days of the log's clock, both included", () => {
    expect(ids({ from: "2026-03-03", to: "2026-03-03" })).toEqual(["2"]);
    expect(ids({ from: "2026-03-03" })).toEqual(["2", "3"]);
  });
  it("finds words in titles, in any case", () => {
    expect(ids({ text: " vs code" })).toEqual(["1"]);
    expect(ids({ text: "音乐" })).toEqual(["2"]);
  });
});

describe("counted", () => {
  it("has the most frequent type first", () =>
    expect(counted(EVENTS)).toEqual([
      ["work", 2],
      ["music", 1],
    ]));
});
