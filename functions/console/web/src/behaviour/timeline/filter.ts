// Which events are shown: by type, by time, by a word in their titles.
import { DAY_MS, wall } from "../clock";
import type { FoundEvent } from "./useEvents";

export interface Filter {
  /** Empty: all. */
  types: ReadonlySet<string>;
  /** Dates on the log's clock, `2026-03-02`; empty: open. `to` is included. */
  from: string;
  to: string;
  text: string;
}

export const OPEN: Filter = { types: new Set(), from: "", to: "", text: "" };

export const isOpen = ({ types, from, to, text }: Filter): boolean => !types.size && !from && !to && !text;

export function passing(events: readonly FoundEvent[], { types, from, to, text }: Filter): FoundEvent[] {
  const first = from ? Date.parse(from) : Number.NEGATIVE_INFINITY;
  const past = to ? Date.parse(to) + DAY_MS : Number.POSITIVE_INFINITY;
  const sought = text.trim().toLowerCase();
  return events.filter(
    (event) =>
      (!types.size || types.has(event.type)) &&
      wall(event.end) >= first &&
      wall(event.start) < past &&
      (!sought || event.title.toLowerCase().includes(sought)),
  );
}

/** The types that there are, the most frequent first. */
export function counted(events: readonly FoundEvent[]): [type: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}
