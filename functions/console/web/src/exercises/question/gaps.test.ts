import { expect, test } from "vitest";
import { pieces, withLines } from "./gaps";

test("a text is cut at its marks", () => {
  expect(pieces("光合作用在{{1}}中进行，放出{{2}}。")).toEqual([
    { at: 0, text: "光合作用在" },
    { at: 5, gap: "1" },
    { at: 10, text: "中进行，放出" },
    { at: 16, gap: "2" },
    { at: 21, text: "。" },
  ]);
});

test("a text may begin and end with a mark, or have none", () => {
  expect(pieces("{{1}} and {{2}}")).toEqual([
    { at: 0, gap: "1" },
    { at: 5, text: " and " },
    { at: 10, gap: "2" },
  ]);
  expect(pieces("plain {text}")).toEqual([{ at: 0, text: "plain {text}" }]);
  expect(pieces("")).toEqual([]);
});

test("where there are no blanks to fill, lines stand for the marks", () => {
  expect(withLines("a {{1}} b {{2}}")).toBe("a ____ b ____");
});
