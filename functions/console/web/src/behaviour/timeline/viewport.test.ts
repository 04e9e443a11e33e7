import { describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../clock";
import { aired, moved, showing, ticks, within, zoomed } from "./viewport";

const bounds = { from: 0, to: 100 * HOUR_MS };
const view = { from: 20 * HOUR_MS, to: 40 * HOUR_MS };

describe("viewport", () => {
  it("keeps what is below the pointer where it is", () => {
    const next = zoomed(view, 2, 25 * HOUR_MS, bounds);
    expect(next.to - next.from).toBe(10 * HOUR_MS);
    expect((25 * HOUR_MS - next.from) / (next.to - next.from)).toBeCloseTo(0.25);
  });

  it("leaves the bounds neither by zooming nor by moving", () => {
    expect(zoomed(view, 0.01, 25 * HOUR_MS, bounds)).toEqual(bounds);
    expect(moved(view, 90 * HOUR_MS, bounds)).toEqual({ from: 80 * HOUR_MS, to: 100 * HOUR_MS });
    expect(within({ from: -5, to: 5 }, bounds)).toEqual({ from: 0, to: 10 });
  });

  it("goes no closer than five minutes", () => {
    const next = zoomed(view, 1e9, 25 * HOUR_MS, bounds);
    expect(next.to - next.from).toBe(5 * MINUTE_MS);
  });

  it("moves only for what is out of sight", () => {
    expect(showing(view, { from: 21 * HOUR_MS, to: 22 * HOUR_MS }, bounds)).toBe(view);
    const later = showing(view, { from: 50 * HOUR_MS, to: 51 * HOUR_MS }, bounds);
    expect(later).toEqual({ from: 32 * HOUR_MS, to: 52 * HOUR_MS });
  });

  it("has round ticks that are far enough apart", () => {
    const { step, at } = ticks(view, 1000, 80);
    expect(step).toBe(3 * HOUR_MS);
    expect(at.map((one) => one / HOUR_MS)).toEqual([21, 24, 27, 30, 33, 36, 39]);
  });

  it("has a length, even around one moment", () => {
    expect(aired({ from: HOUR_MS, to: HOUR_MS })).toEqual({ from: HOUR_MS, to: 2 * HOUR_MS });
  });
});
