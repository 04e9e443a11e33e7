// The text of a cloze question, cut at its marks `{{1}}`.

export type Piece = { at: number; text: string } | { at: number; gap: string };

const MARK = /\{\{(.+?)\}\}/gs;

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const mark of text.matchAll(MARK)) {
    if (mark.index > from) found.push({ at: from, text: text.slice(from, mark.index) });
    found.push({ at: mark.index, gap: mark[1] ?? "" });
    from = mark.index + mark[0].length;
  }
  if (from < text.length) found.push({ at: from, text: text.slice(from) });
  return found;
}

/** The text with lines in place of its marks, for where only plain text can be. */
export const withLines = (text: string): string => text.replace(MARK, "____");
