// Places in a text as the API counts them: in code points, as Python does. JavaScript counts UTF-16 units, of
// which an emoji or a rare character has two.

export interface Span {
  start: number;
  end: number;
}

/** A text in three: what comes before the span, the span, what comes after it. */
export interface Cut {
  before: string;
  quoted: string;
  after: string;
}

/** A span that is not within the text, or is empty, cuts nothing: all of it is `before`. */
export function cut(text: string, { start, end }: Span): Cut {
  const from = unitOf(text, start);
  const to = from === -1 ? -1 : unitOf(text, end - start, from);
  if (to <= from) return { before: text, quoted: "", after: "" };
  return { before: text.slice(0, from), quoted: text.slice(from, to), after: text.slice(to) };
}

/** Where, in UTF-16 units, the code point number `count` after the unit `from` begins; -1 if the text is shorter. */
function unitOf(text: string, count: number, from = 0): number {
  if (count < 0) return -1;
  let unit = from;
  for (let left = count; left > 0; left--) {
    const point = text.codePointAt(unit);
    if (point === undefined) return -1;
    unit += point > 0xffff ? 2 : 1;
  }
  return unit;
}

/** The span in an address, `12-40`; null if it is none. */
export function spanIn(address: string | undefined): Span | null {
  const [, start, end] = /^(\d{1,9})-(\d{1,9})$/.exec(address ?? "") ?? [];
  return start && end ? { start: Number(start), end: Number(end) } : null;
}
