// What stands behind an answer: what was retrieved, what of it is quoted, and what the server could not verify.
import type { RunEvent } from "../api/events";
import type { Citation, Phase, Source } from "../api/run";

/** What the server says of a whole answer. */
export interface Verdict {
  citations: Citation[];
  /** Markers that no citation stands behind. */
  unverified: number[];
  isAnswered: boolean;
  isSupported: boolean;
  finishReason: string;
}

/** Null while the answer isn't whole: citations are verified at its end. */
export function verdictOf(phase: Phase, final: RunEvent): Verdict | null {
  if (phase !== "done") return null;
  const { citations, unverified, answered, supported, finish_reason } = final;
  return {
    citations: (citations as Citation[] | undefined) ?? [],
    unverified: (unverified as number[] | undefined) ?? [],
    isAnswered: answered !== false,
    isSupported: supported !== false,
    finishReason: String(finish_reason ?? ""),
  };
}

export type Standing = "verified" | "unverified" | "uncited" | "open";

/** `open`: it isn't known yet, or never will be as the answer was not finished. */
export function standing(marker: number, verdict: Verdict | null): Standing {
  if (!verdict) return "open";
  if (verdict.citations.some((one) => one.marker === marker)) return "verified";
  return verdict.unverified.includes(marker) ? "unverified" : "uncited";
}

/** The sources that no citation is from. */
export function uncited(sources: readonly Source[], verdict: Verdict | null): Source[] {
  const cited = new Set(verdict?.citations.map(({ marker }) => marker));
  return sources.filter(({ marker }) => !cited.has(marker));
}

/**
 * Where a quote stands in its source's text, in code points; null if it isn't there.
 * `start` of a citation counts in the whole document. Of several places it is the one that fits where the
 * source's other quotes stand.
 */
export function placeOf(
  citation: Citation,
  text: string,
  others: readonly Citation[],
): [number, number] | null {
  const places = occurrences(text, citation.quote);
  const begins = others.flatMap((other) => {
    const [only, ...more] = occurrences(text, other.quote);
    return only !== undefined && !more.length ? [other.start - only] : [];
  });
  const fitting = places.find((place) => begins.includes(citation.start - place)) ?? places[0];
  return fitting === undefined ? null : [fitting, fitting + points(citation.quote)];
}

/** In code points, as the server counts. */
function occurrences(text: string, quote: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(quote); quote && at !== -1; at = text.indexOf(quote, at + 1))
    found.push(points(text.slice(0, at)));
  return found;
}

const points = (text: string): number => [...text].length;
