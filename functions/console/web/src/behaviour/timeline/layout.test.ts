import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../clock";
import { laidOut, sessions } from "./layout";
import type { FoundEvent } from "./useEvents";

function event(type: string, start: string, end: string): FoundEvent {
  const day = (time: string) => `2026-03-0${time}:00+08:00`;
  return {
    id: start,
    user_id: "u",
    type,
    title: type,
    start: day(start),
    end: day(end),
    behaviours: [],
    confidence: 1,
  };
}

const EVENTS = [
  event("work", "2T09:00", "2T11:00"),
  event("food", "2T12:00", "2T12:30"),
  event("work", "2T10:00", "2T10:30"),
  event("work", "3T09:00", "3T10:00"),
];

describe("laidOut", () => {
  it("has a lane for each type, the most frequent first, with a row for what is at the same time", () => {
    const { lanes, bars, rows } = laidOut(EVENTS, "type");
    expect(lanes).toEqual([
      { name: "work", first: 0, rows: 2 },
      { name: "food", first: 2, rows: 1 },
    ]);
    expect(bars.map(({ event, row }) => [event.id, row])).toEqual([
      ["2T09:00", 0],
      ["2T10:00", 1],
      ["2T12:00", 2],
      ["3T09:00", 0],
    ]);
    expect(rows).toBe(3);
  });

  it("has a lane for each day, all on one clock", () => {
    const { lanes, bars, bounds } = laidOut(EVENTS, "day");
    expect(lanes.map(({ name }) => name)).toEqual(["2026-03-02", "2026-03-03"]);
    expect(bars.map(({ from }) => from / HOUR_MS)).toEqual([9, 10, 12, 9]);
    expect(bounds).toEqual({ from: 0, to: DAY_MS });
  });

  it("bears that there is nothing", () => {
    expect(laidOut([], "type")).toMatchObject({ lanes: [], bars: [], rows: 0 });
  });
});

describe("sessions", () => {
  it("end with half an hour of silence, and at midnight", () => {
    const minutes = (...all: [number, number][]) =>
      sessions(all.map(([from, to]) => ({ from: from * 60_000, to: to * 60_000 }))).length;
    expect(minutes([0, 10], [40, 50])).toBe(1);
    expect(minutes([0, 10], [41, 50])).toBe(2);
    expect(minutes([0, 60], [5, 6], [70, 80])).toBe(1);
    expect(minutes([1430, 1435], [1441, 1442])).toBe(2);
  });
});
