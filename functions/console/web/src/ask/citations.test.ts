import { expect, it } from "vitest";
import type { Citation, Source } from "../api/run";
import { placeOf, standing, uncited, verdictOf } from "./citations";

const citation = (quote: string, start: number, marker = 1): Citation => ({
  marker,
  document_id: "d",
  filename: "f.pdf",
  page: 1,
  heading: [],
  chunk_id: "c",
  quote,
  start,
  end: start + [...quote].length,
});

it("finds a quote in the source's text, in code points", () => {
  const one = citation("年假", 102);
  expect(placeOf(one, "🙂🙂年假", [one])).toEqual([2, 4]);
  expect(placeOf(one, "nothing", [one])).toBeNull();
});

it("of two places takes the one that the document's own count means", () => {
  const text = "Yes. Really. Yes. No.";
  const quotes = [citation("Yes.", 513), citation("No.", 518)];
  expect(placeOf(citation("Yes.", 513), text, quotes)).toEqual([13, 17]);
  expect(placeOf(citation("Yes.", 500), text, quotes)).toEqual([0, 4]);
});

it("knows nothing of quotes before the answer is whole", () => {
  expect(verdictOf("streaming", {})).toBeNull();
  expect(verdictOf("stopped", { output: "half" })).toBeNull();
  expect(standing(1, null)).toBe("open");
});

it("tells verified markers from others, and what was cited from what was only found", () => {
  const final = { citations: [citation("x", 0, 2)], unverified: [3], answered: true, supported: true };
  const verdict = verdictOf("done", final);
  expect([1, 2, 3].map((marker) => standing(marker, verdict))).toEqual(["uncited", "verified", "unverified"]);
  const sources = [1, 2, 3].map((marker) => ({ marker }) as Source);
  expect(uncited(sources, verdict).map(({ marker }) => marker)).toEqual([1, 3]);
});
