import { describe, expect, it } from "vitest";
import { type Cited, linked, markerOf } from "./citations";

const CITED = [{ marker: 3 }, { marker: 12 }] as Cited[];

describe("linked", () => {
  it("makes links of markers, side by side as well", () => {
    expect(linked("上午在开会 [3][12]。", CITED)).toBe("上午在开会 [3](#event-3)[12](#event-12)。");
  });

  it("leaves what is cited nowhere, and links that are there", () => {
    expect(linked("[4] and [3](https://example.org)", CITED)).toBe("[4] and [3](https://example.org)");
  });
});

describe("markerOf", () => {
  it("reads its own links only", () => {
    expect(markerOf("#event-12")).toBe(12);
    expect(markerOf("https://example.org")).toBeNull();
    expect(markerOf(undefined)).toBeNull();
  });
});
