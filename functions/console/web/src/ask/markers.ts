// Markers of an answer: `[1]`, `[2][3]`, `[1, 4-6]`, `【来源1】`. The server reads them by the same rules
// (`freshet.rag.claims`). What does not belong here: what stands behind one (`citations.ts`).

const NUMBER = String.raw`(?:(?:sources?|来源|來源)\s?[:：]?\s?)?\d{1,3}`;
const MARKER = new RegExp(
  // Models write `paid leave[1].`, so what follows tells it from an element of an array.
  String.raw`(?<!\w(?=\[\d+\](?:\s?[=+]|\.[a-z_])))[[【［]\s?${NUMBER}(?:\s?[-–—~～,，、;；]\s?${NUMBER})*\s?[\]】］]`,
  "gi",
);
const RANGE = /(\d+)(?:\s?[-–—~～]\D*(\d+))?/g;
const LONGEST_RANGE = 10;

/** A text's pieces in their order: words, and what stands in brackets with the sources that it names. */
export type Piece = { text: string; sources: number[] };

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(MARKER)) {
    if (match.index > at) found.push({ text: text.slice(at, match.index), sources: [] });
    found.push({ text: match[0], sources: sources(match[0]) });
    at = match.index + match[0].length;
  }
  return at < text.length ? [...found, { text: text.slice(at), sources: [] }] : found;
}

function sources(marker: string): number[] {
  const numbers = [...marker.matchAll(RANGE)].flatMap(([, from, to]) =>
    range(Number(from), Number(to ?? from)),
  );
  return [...new Set(numbers)];
}

function range(from: number, to: number): number[] {
  const length = Math.min(Math.max(1, to - from + 1), LONGEST_RANGE);
  return Array.from({ length }, (_, step) => from + step);
}

interface Node {
  type: string;
  value?: string;
  children?: Node[];
  data?: { hName: string; hProperties: Record<string, string> };
}

/** A remark plugin: markers become `<cite sources="1 4 5">`. Not in code, whose text is no text node. */
export function remarkMarkers(this: { data: () => object }): (tree: object) => void {
  // `[1]: handbook.pdf` is how models end an answer: it must not make a link of each `[1]`.
  const data = this.data() as { micromarkExtensions?: unknown[] };
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), { disable: { null: ["definition"] } }];
  return (tree) => mark(tree as Node);
}

function mark(node: Node): void {
  if (node.type === "link") return; // a chip is a button: none inside a link
  for (const child of node.children ?? []) mark(child);
  node.children = node.children?.flatMap((child) => (child.type === "text" ? marked(child) : [child]));
}

function marked(text: Node): Node[] {
  const all = pieces(text.value ?? "");
  return all.length === 1 && !all[0]?.sources.length ? [text] : all.map(nodeOf);
}

function nodeOf({ text, sources }: Piece): Node {
  const words: Node = { type: "text", value: text };
  if (!sources.length) return words;
  return {
    type: "cite",
    children: [words],
    data: { hName: "cite", hProperties: { sources: sources.join(" ") } },
  };
}
