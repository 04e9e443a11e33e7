import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import ReactMarkdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { expect, it } from "vitest";
import { pieces, remarkMarkers } from "./markers";

const sources = (text: string) =>
  pieces(text).flatMap((piece) => (piece.sources.length ? [piece.sources] : []));
const html = (children: string) =>
  renderToStaticMarkup(createElement(ReactMarkdown, { remarkPlugins: [remarkGfm, remarkMarkers], children }));

it.each([
  ["25 days [1].", [[1]]],
  ["both [2][3]", [[2], [3]]],
  ["several [1, 4-6]", [[1, 4, 5, 6]]],
  ["年假【来源1】，病假［2］。", [[1], [2]]],
  ["see [source 3]", [[3]]],
  ["a range that never ends [1-999]", [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]],
  ["an element items[0] = 3, items[1].name", []],
  ["paid leave[1]. It", [[1]]],
  ["a year [2026] is four digits, [sic] is a word", []],
])("finds the sources in %j", (text, found) => {
  expect(sources(text)).toEqual(found);
});

it("loses nothing of the text", () => {
  const text = "x [1] 年【2】🙂[3";
  expect(
    pieces(text)
      .map((piece) => piece.text)
      .join(""),
  ).toBe(text);
});

it("marks text, and neither code nor links", () => {
  expect(html("days [1], **bold [2]**")).toBe(
    '<p>days <cite sources="1">[1]</cite>, <strong>bold <cite sources="2">[2]</cite></strong></p>',
  );
  expect(html("`a [1]`\n\n```\nb [2]\n```")).not.toContain("<cite");
  expect(html("[see [1]](https://example.org)")).not.toContain("<cite");
});

it("shows a list of sources at the end as text, not as what links lead to", () => {
  expect(html("Days [1].\n\n[1]: handbook.pdf")).toBe(
    '<p>Days <cite sources="1">[1]</cite>.</p>\n<p><cite sources="1">[1]</cite>: handbook.pdf</p>',
  );
});

it("lets no answer write a citation of its own", () => {
  expect(html('<cite sources="9">x</cite>')).not.toContain("<cite");
});
