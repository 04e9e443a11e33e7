import { expect, test } from "vitest";
import { deckOf, MOST } from "./deck";

const question = (exercise_id: string, id: string) => ({ exercise_id, id });

test("each concept has its turn before one has its second", () => {
  const deck = deckOf([
    { concept: "光", questions: [question("x", "1"), question("x", "2")] },
    { concept: "水", questions: [question("x", "3")] },
  ]);
  expect(deck.map(({ question: { id } }) => id)).toEqual(["1", "3", "2"]);
  expect(deck[1]?.concept).toBe("水");
});

test("a question about two concepts is asked once", () => {
  const deck = deckOf([
    { concept: "a", questions: [question("x", "1")] },
    { concept: "b", questions: [question("x", "1"), question("y", "1")] },
  ]);
  expect(deck.map(({ exerciseId }) => exerciseId)).toEqual(["x", "y"]);
});

test("practice has an end", () => {
  const many = Array.from({ length: 50 }, (_, at) => question("x", String(at)));
  expect(deckOf([{ concept: "a", questions: many }])).toHaveLength(MOST);
  expect(deckOf([])).toEqual([]);
});
