import { expect, test } from "vitest";
import { chunkWith, within } from "./chunks";

const chunks = Array.from({ length: 1000 }, (_, position) => ({
  chunk_id: `c${position}`,
  position,
  text: "x".repeat(90),
  start: position * 100, // ten characters between two are white space
  end: position * 100 + 90,
}));

test("the chunk that holds a place is found without reading all of them", async () => {
  let read = 0;
  const chunkAt = async (position: number) => {
    read += 1;
    return chunks[position];
  };
  expect((await chunkWith(73_145, chunks.length, chunkAt))?.chunk_id).toBe("c731");
  expect(read).toBeLessThan(11);
});

test("a place between two chunks, or beyond all, is in none", async () => {
  const chunkAt = async (position: number) => chunks[position];
  expect(await chunkWith(195, chunks.length, chunkAt)).toBeUndefined();
  expect(await chunkWith(1e9, chunks.length, chunkAt)).toBeUndefined();
  expect(await chunkWith(0, 0, chunkAt)).toBeUndefined();
});

test("a quote's place is told in code points of the chunk", () => {
  const chunk = { chunk_id: "c", position: 0, text: "𠮷野家：光合作用。", start: 100, end: 109 };
  const place = { quote: "光合作用。", start: 104, end: 109, heading: [] };
  expect(within(chunk, place)).toEqual([4, 9]);
  expect(within(chunk, { ...place, quote: "光 合作用。" })).toEqual([4, 9]); // spelled as in the question
});
