import { describe, expect, it } from "vitest";
import { blocks, code } from "./blocks";

const texts = (text: string) => blocks(text).map((block) => block.text);
const many = (line: (number: number) => string, count = 500) =>
  Array.from({ length: count }, (_, number) => line(number)).join("\n");

describe("blocks", () => {
  it.each([
    ["paragraphs", "a\n\nb", ["a\n\n", "b"]],
    ["a list with empty lines", "- a\n\n- b\n\n  c", ["- a\n\n- b\n\n  c"]],
    ["code with empty lines, between text", "a\n```\nb\n\nc\n```\nd", ["a\n", "```\nb\n\nc\n```\n", "d"]],
    ["code in a list", "- a\n  ```\n  b\n\n  ```\n- c", ["- a\n  ```\n  b\n\n  ```\n- c"]],
    ["a definition for all", "[a]\n\n[a]: https://example.org", ["[a]\n\n[a]: https://example.org"]],
  ])("are right for %s", (_, text, found) => {
    expect(texts(text)).toEqual(found);
  });

  it.each([
    ["a list", many((number) => `- item ${number} of a long list\n  that goes on`)],
    ["a table", `| a | b |\n|---|---|\n${many((number) => `| ${number} | more of it |`)}`],
    ["lines", many((number) => `第${number}行，没有空行。`)],
    ["paragraphs", many((number) => `Paragraph ${number}\n`)],
  ])("of %s that is long are short, and stay while it grows", (_, text) => {
    const whole = texts(text);
    expect(Math.max(...whole.map(({ length }) => length))).toBeLessThan(4_200);
    for (let length = 0; length < text.length; length += 997) {
      const begun = texts(text.slice(0, length));
      expect(begun.slice(0, -1)).toEqual(whole.slice(0, begun.length - 1));
    }
  });

  it("of a long table each have its head", () => {
    const table = `| a | b |\n|---|---|\n${many((number) => `| ${number} | more of it |`)}`;
    expect(texts(table).every((text) => text.startsWith("| a | b |\n|---|---|\n|"))).toBe(true);
  });

  it("begin where they say", () => {
    const text = `a\n\n${many((number) => `- item ${number}`)}`;
    expect(blocks(text).every((block) => text.startsWith(block.text, block.at))).toBe(true);
  });
});

describe("code", () => {
  it.each([
    ["```js\na\n\nb\n```\n", "a\n\nb"],
    ["```\na\nb", "a\nb"],
    ["~~~\n```\n~~~", "```"],
    ["```", ""],
    ["```\n```", ""],
    ["a ```b```", null],
    ["- ```", null],
  ])("in %j is %j", (block, within) => {
    expect(code(block)).toBe(within);
  });
});
