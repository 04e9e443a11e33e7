// The names that are to be tagged.
import type { Behaviour } from "./useBehaviours";

const MOST = 200; // in one request

export function namesIn(text: string): string[] {
  const names = text.split("\n").map((line) => line.trim());
  return [...new Set(names.filter(Boolean))].slice(0, MOST);
}

/** The objects of these rows, the most frequent first. */
export function namesOf(rows: readonly Behaviour[], kind: "apps" | "media"): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const isWanted = row.object && (kind === "apps" ? row.kind === "app" : row.kind === "media");
    if (isWanted) counts.set(row.object, (counts.get(row.object) ?? 0) + 1);
  }
  const ordered = [...counts].sort(([, one], [, other]) => other - one);
  return ordered.map(([name]) => name).slice(0, MOST);
}
