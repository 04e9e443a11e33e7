import { describe, expect, it } from "vitest";
import { bodyOf, USUAL } from "./options";

describe("bodyOf", () => {
  it("leaves to the server what nobody chose", () => {
    expect(bodyOf(USUAL)).toEqual({ gap_minutes: 30, refresh: false });
  });

  it("parts types at Chinese commas, too", () => {
    expect(bodyOf({ ...USUAL, types: "工作，休息、 rest," }).types).toEqual(["工作", "休息", "rest"]);
  });

  it.each([
    [Number.NaN, 30],
    [0, 30],
    [-5, 1],
    [9999, 1440],
  ])("keeps a gap of %d within what is allowed", (gapMinutes, kept) => {
    expect(bodyOf({ ...USUAL, gapMinutes }).gap_minutes).toBe(kept);
  });
});
