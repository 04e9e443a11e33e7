// The columns of a log with an example each, so that somebody can say which is which where the server can't tell.
// Only the file's beginning is read. What the columns mean is the server's to say.

export interface Column {
  name: string;
  example: string;
}

/** What a column can be, as the API calls it. */
export const FIELDS = [
  "time",
  "action",
  "object",
  "user_id",
  "end_time",
  "duration",
  "kind",
  "properties",
] as const;
export type Field = (typeof FIELDS)[number];

/** The field that a message of the server's names, such as "no column is `time`". */
export function fieldIn(message: string): Field | null {
  const named = /`(\w+)`/.exec(message)?.[1];
  return FIELDS.find((field) => field === named) ?? null;
}

const BEGINNING = 65_536;
const DELIMITERS = [",", "\t", ";"];

export async function columnsOf(file: File): Promise<Column[]> {
  return columnsIn(await beginning(file));
}

/** Of a table, or of the first object of JSON or NDJSON. */
export function columnsIn(text: string): Column[] {
  const first = text.trimStart().replace(/^\uFEFF/, "");
  const object = /^[[{]/.test(first) ? firstObject(first) : null;
  if (object) return Object.entries(object).map(([name, value]) => ({ name, example: said(value) }));
  const [head = "", row = ""] = first.split(/\r?\n/);
  const delimiter = DELIMITERS.toSorted(
    (one, other) => parted(head, other).length - parted(head, one).length,
  )[0];
  const examples = parted(row, delimiter ?? ",");
  return parted(head, delimiter ?? ",")
    .map((name, at) => ({ name: name.trim(), example: examples[at]?.trim() ?? "" }))
    .filter(({ name }) => name);
}

/** A file's text as a spreadsheet wrote it: UTF-8, or what Chinese systems use in its place. */
export async function textOf(file: Blob): Promise<string> {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/** Up to the last whole line, or all of it where there is only one: a cut character would hide what it is written in. */
async function beginning(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, BEGINNING).arrayBuffer());
  const end = bytes.lastIndexOf(0x0a);
  return textOf(new Blob([end > 0 && file.size > BEGINNING ? bytes.slice(0, end) : bytes]));
}

/** The first `{…}` with nothing open, read as JSON; null if it is none. */
function firstObject(text: string): Record<string, unknown> | null {
  const start = text.indexOf("{");
  let depth = 0;
  let isQuoted = false;
  for (let at = start; at >= 0 && at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === "{") depth++;
    else if (!isQuoted && character === "}" && --depth === 0) return parsed(text.slice(start, at + 1));
  }
  return null;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** The cells of a line; a quoted one may hold the delimiter. */
function parted(line: string, delimiter: string): string[] {
  const cells: string[] = [""];
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === delimiter && !isQuoted) cells.push("");
    else cells[cells.length - 1] += character;
  }
  return cells;
}

function said(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
