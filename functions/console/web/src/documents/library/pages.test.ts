import { describe, expect, it } from "vitest";
import { excluding, headed, including, type Page, type Pages, type StoredDocument, updated } from "./pages";

function stored(id: string, status: StoredDocument["status"] = "ready"): StoredDocument {
  return {
    id,
    filename: `${id}.txt`,
    title: id,
    kind: "material",
    status,
    content_type: "text/plain",
    tags: [],
    pages_done: 0,
    chunks: 1,
    created_at: "",
    updated_at: "",
  };
}

const page = (ids: string, next: string | null): Page => ({
  items: [...ids].map((id) => stored(id)),
  next_cursor: next,
});
const pagesOf = (...pages: Page[]): Pages => ({ pages, pageParams: pages.map(() => null) });
const shown = (pages: Pages) => pages.pages.map(({ items }) => items.map(({ id }) => id).join(""));

describe("headed", () => {
  it("puts what is new on top, and takes away what is gone", () => {
    const before = pagesOf(page("hg", "g"), page("fed", "d"));
    expect(shown(headed(before, page("jhf", "f")))).toEqual(["jhf", "ed"]);
  });

  it("is all there is if nothing follows", () => {
    expect(shown(headed(pagesOf(page("hg", "g"), page("fe", null)), page("h", null)))).toEqual(["h"]);
  });

  it("keeps the pages if a filter found nothing yet", () => {
    const before = pagesOf(page("hg", "g"));
    expect(headed(before, page("", "m"))).toBe(before);
  });
});

describe("including", () => {
  const before = pagesOf(page("hf", "f"), page("da", "a"));

  it("puts documents where they were", () => {
    expect(shown(including(before, [stored("e"), stored("g")]))).toEqual(["hgf", "eda"]);
  });

  it("shows none twice", () => {
    expect(shown(including(before, [stored("h")]))).toEqual(["hf", "da"]);
  });

  it("leaves out what later pages will bring", () => {
    expect(shown(including(before, [stored("0")]))).toEqual(["hf", "da"]);
    expect(shown(including(pagesOf(page("da", null)), [stored("0")]))).toEqual(["da0"]);
  });

  it("leaves the given pages as they are", () => {
    including(before, [stored("e")]);
    expect(shown(before)).toEqual(["hf", "da"]);
  });
});

it("excludes documents", () => {
  expect(shown(excluding(pagesOf(page("dcba", null)), new Set("db")))).toEqual(["ca"]);
});

it("updates the one document, wherever it is", () => {
  const after = updated(pagesOf(page("dc", "c"), page("ba", null)), stored("b", "failed"));
  expect(after.pages[1]?.items.map(({ status }) => status)).toEqual(["failed", "ready"]);
});
