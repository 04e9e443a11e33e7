// A Markdown text in pieces that can be parsed each by itself: while a text grows, all but its last piece stay
// the same. What belongs here: where to cut. What does not: parsing.

export interface Block {
  /** Where it begins in the text. */
  at: number;
  text: string;
}

const LONG = 4_000; // characters: parsing as many takes a few milliseconds
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const CONTINUES = /^(\s|[-*+>|]|\d+[.)])/; // a list, a quotation or a table may go on after an empty line
const ITEM = /^([-*+]|\d{1,9}[.)])\s/;
const DELIMITERS = /^\s*\|?\s*:?-+[\s:|-]*$/; // the second line of a table

/** An empty line ends a block unless what follows may belong to it; so does a fence around code. */
export function blocks(text: string): Block[] {
  if (/^ {0,3}\[[^\]]+\]:/m.test(text)) return [{ at: 0, text }]; // a definition is meant for all of it
  const found: Block[] = [];
  let begin = 0;
  let at = 0;
  let fence = "";
  let isOver = false;
  for (const line of text.split("\n")) {
    const opens = !fence && /^[`~]/.test(line) && FENCE.test(line);
    if (at > begin && (opens || (isOver && !fence && line && !CONTINUES.test(line)))) {
      found.push({ at: begin, text: text.slice(begin, at) });
      begin = at;
    }
    const before = fence;
    fence = fenceAfter(fence, line);
    isOver = line.trim() === "" || (before !== "" && !fence && /^[`~]/.test(line));
    at += line.length + 1;
  }
  return [...found, { at: begin, text: text.slice(begin) }].flatMap(shorter);
}

function fenceAfter(fence: string, line: string): string {
  const mark = FENCE.exec(line)?.[1] ?? "";
  if (!fence) return mark;
  return mark.startsWith(fence) && line.trim() === mark ? "" : fence;
}

/**
 * A long block as shorter ones: a list between its items, a table between its rows (each part with its head),
 * a paragraph between its lines.
 */
function shorter(block: Block): Block[] {
  if (block.text.length <= LONG || FENCE.test(block.text)) return [block];
  const lines = block.text.split("\n");
  const head = DELIMITERS.test(lines[1] ?? "") ? lines.slice(0, 2).join("\n") : "";
  const isList = ITEM.test(block.text);
  const found: Block[] = [];
  let begin = 0;
  let at = 0;
  let fence = "";
  for (const line of lines) {
    const canBegin = !fence && (isList ? ITEM.test(line) : /^\S/.test(line));
    if (at - begin > LONG && canBegin) {
      found.push({ at: block.at + begin, text: block.text.slice(begin, at) });
      begin = at;
    }
    fence = fenceAfter(fence, line);
    at += line.length + 1;
  }
  found.push({ at: block.at + begin, text: block.text.slice(begin) });
  return head
    ? found.map(({ at, text }, number) => ({ at, text: number ? `${head}\n${text}` : text }))
    : found;
}

/** What is within a block that is code from its first line on; null of any other. */
export function code(block: string): string | null {
  const mark = FENCE.exec(block)?.[1];
  if (!mark || !/^[`~]/.test(block)) return null;
  const within = block.slice(block.indexOf("\n") + 1 || block.length).trimEnd();
  const last = within.slice(within.lastIndexOf("\n") + 1);
  return fenceAfter(mark, last) ? within : within.slice(0, -last.length).trimEnd();
}
