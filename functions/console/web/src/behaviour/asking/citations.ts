// The markers of an answer, `[12]`, as links to the events that they stand for.
import type { Schemas } from "../../api/client";
import type { Run } from "../../api/run";

export type Cited = Schemas["Cited"];

const LINK = "#event-";
const MARKER = /\[(\d{1,6})\](?!\()/g;

export function citedBy(run: Run): Cited[] {
  return (run.final.citations as Cited[] | undefined) ?? [];
}

/** Markdown in which each marker of a cited event is a link. */
export function linked(text: string, cited: readonly Cited[]): string {
  const markers = new Set(cited.map(({ marker }) => marker));
  return text.replace(MARKER, (whole, digits: string) =>
    markers.has(Number(digits)) ? `[${digits}](${LINK}${digits})` : whole,
  );
}

export function markerOf(href: string | undefined): number | null {
  return href?.startsWith(LINK) ? Number(href.slice(LINK.length)) : null;
}
