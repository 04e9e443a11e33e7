// JSON as people look at it.

const LINE = 2_000; // characters of an item in a list

/** One line, and no longer than one wants to read. */
export function compact(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LINE ? `${text.slice(0, LINE)}…` : text;
}
