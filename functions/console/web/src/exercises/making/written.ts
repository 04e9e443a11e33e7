// What of a run's text is not a question yet.
import type { Question } from "../kinds";

const GAP = "\n\n"; // between two questions of a run's text
const MARK = /\{\{.*?\}\}/gs; // a draft has the answers in its blanks, the question only their numbers

/** The question that is being written or checked; empty once it is among those that are finished. */
export function draftIn(content: string, finished: readonly Question[]): string {
  const last = content.slice(content.lastIndexOf(GAP) + 1).trim();
  const bare = last.replace(MARK, "");
  return finished.some(({ question }) => question.replace(MARK, "").endsWith(bare))
    ? ""
    : last.replace(MARK, "____");
}
