import { describe, expect, it } from "vitest";
import { cut, spanIn } from "./spans";

describe("cut", () => {
  it("finds a span in plain text", () => {
    expect(cut("Leave is 25 days.", { start: 9, end: 16 })).toEqual({
      before: "Leave is ",
      quoted: "25 days",
      after: ".",
    });
  });

  it("counts an astral character as one", () => {
    expect(cut("😀😀 𠮷野家 ok", { start: 3, end: 6 })).toEqual({
      before: "😀😀 ",
      quoted: "𠮷野家",
      after: " ok",
    });
  });

  it("counts the code points of a joined emoji one by one, as Python does", () => {
    const family = "👨‍👩‍👧"; // three faces and two joiners
    expect(cut(`${family}!`, { start: 0, end: 5 }).quoted).toBe(family);
  });

  it("takes the text's very end", () => {
    expect(cut("a😀", { start: 1, end: 2 })).toEqual({ before: "a", quoted: "😀", after: "" });
  });

  it.each([
    [5, 9],
    [2, 2],
    [2, 1],
    [-1, 2],
    [9, 12],
  ])("marks nothing for %i-%i in a text of three", (start, end) => {
    expect(cut("abc", { start, end })).toEqual({ before: "abc", quoted: "", after: "" });
  });
});

describe("spanIn", () => {
  it("reads the span of an address", () => {
    expect(spanIn("12-40")).toEqual({ start: 12, end: 40 });
  });

  it.each([undefined, "", "12", "a-b", "-3-4", "1-2-3"])("finds none in %j", (address) => {
    expect(spanIn(address)).toBeNull();
  });
});
