import { expect, test } from "vitest";
import { accepting, allRight, blanksOf, freeId, moved, onlyRight, sumOf } from "./edits";

const option = (id: string, credit = 0) => ({ id, text: id, credit, feedback: "" });

test("a new part gets an id that nothing has", () => {
  expect(freeId([])).toBe("A");
  expect(freeId([option("A"), option("C")])).toBe("B");
  expect(freeId([..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((id) => option(id)))).toBe("1");
});

test("of a single choice one option is right", () => {
  expect(onlyRight([option("A", 1), option("B")], "B").map(({ credit }) => credit)).toEqual([0, 1]);
});

test("of a multiple choice the right ones share the points, and ticking all earns nothing", () => {
  const credits = allRight([option("A"), option("B"), option("C")], new Set(["A", "C"])).map(
    (one) => one.credit,
  );
  expect(credits).toEqual([0.5, -1, 0.5]);
  expect(credits.reduce((sum, credit) => sum + credit)).toBe(0);
});

test("an accepted answer that stays keeps its credit and feedback", () => {
  const before = [{ text: "H2O", credit: 0.5, feedback: "say water" }];
  expect(accepting(["water", "H2O"], before)).toEqual([
    { text: "water", credit: 1, feedback: "" },
    before[0],
  ]);
});

test("blanks follow the marks of the text", () => {
  const before = [
    { id: "1", accepted: [{ text: "叶绿体", credit: 1, feedback: "" }] },
    { id: "2", accepted: [] },
  ];
  expect(blanksOf("{{3}}在{{1}}中，{{1}}", before)).toEqual([{ id: "3", accepted: [] }, before[0]]);
});

test("an entry moves within the list and not out of it", () => {
  expect(moved(["a", "b", "c"], 2, 1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
});

test("points of a rubric add up as in decimals", () => {
  expect(sumOf([0.1, 0.2].map((points) => ({ id: "1", text: "x", points })))).toBe(0.3);
});
