// Where events stand in the picture: a lane for each type or for each day, rows within it so that events at the
// same time don't cover each other, and the sessions as bands. Pixels are none of its business.
import { DAY_MS, dateOf, MINUTE_MS, midnight, wall } from "../clock";
import type { FoundEvent } from "./useEvents";
import { aired, type Span } from "./viewport";

export type By = "type" | "day";

export interface Bar extends Span {
  event: FoundEvent;
  row: number;
}

export interface Lane {
  /** A type, or a date. */
  name: string;
  first: number;
  rows: number;
}

/** `lane` is -1 where a session goes through all of them. */
export interface Band extends Span {
  lane: number;
}

export interface Layout {
  by: By;
  lanes: Lane[];
  /** By their beginning. */
  bars: Bar[];
  bands: Band[];
  rows: number;
  bounds: Span;
}

const MOST_ROWS = 4; // of a lane; what doesn't fit is drawn over the last one
const SILENCE_MS = 30 * MINUTE_MS; // ends a session, as at the server; so does midnight
const LEAST_MS = MINUTE_MS; // what an event takes in a row, however short it is

export function laidOut(events: readonly FoundEvent[], by: By): Layout {
  const spans = events
    .map((event) => ({ event, from: wall(event.start), to: wall(event.end) }))
    .sort((one, other) => one.from - other.from);
  const keys = by === "type" ? byFrequency(spans) : byDay(spans);
  const names = by === "type" ? keys.map(String) : keys.map((day) => dateOf(Number(day)));
  const lanes = names.map((name): Lane => ({ name, first: 0, rows: 1 }));
  const at = new Map(keys.map((key, lane) => [key, lane]));
  const places = spans.map((span) => at.get(keyOf(span, by)) ?? 0);
  const inner = packed(spans, places, lanes);
  const bars = spans.map((span, index): Bar => {
    const lane = places[index] ?? 0;
    const shift = by === "day" ? midnight(span.from) : 0;
    const row = (lanes[lane]?.first ?? 0) + (inner[index] ?? 0);
    return { event: span.event, from: span.from - shift, to: span.to - shift, row };
  });
  const rows = lanes.reduce((sum, lane) => sum + lane.rows, 0);
  return { by, lanes, bars, bands: bandsOf(spans, by, at), rows, bounds: boundsOf(spans, by) };
}

/** Where an event is; in a layout by days that is within its day. */
export function spanIn({ bars }: Layout, event: FoundEvent): Span {
  const bar = bars.find((one) => one.event.id === event.id);
  return bar ?? { from: wall(event.start), to: wall(event.end) };
}

interface Placed extends Span {
  event: FoundEvent;
}

/** A type, or a midnight. */
type Key = string | number;

function keyOf(span: Placed, by: By): Key {
  return by === "type" ? span.event.type : midnight(span.from);
}

function byFrequency(spans: Placed[]): Key[] {
  const counts = new Map<string, number>();
  for (const { event } of spans) counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([name]) => name);
}

function byDay(spans: Placed[]): Key[] {
  return [...new Set(spans.map(({ from }) => midnight(from)))];
}

/** Each event's row within its lane: the first that is free. Sets how many rows the lanes have, and where they begin. */
function packed(spans: Placed[], places: number[], lanes: Lane[]): number[] {
  const ends = lanes.map((): number[] => []);
  const inner = spans.map(({ from, to }, index) => {
    const rows = ends[places[index] ?? 0] ?? [];
    const free = rows.findIndex((end) => end <= from);
    const row = Math.min(free < 0 ? rows.length : free, MOST_ROWS - 1);
    rows[row] = Math.max(rows[row] ?? 0, to, from + LEAST_MS);
    return row;
  });
  let first = 0;
  for (const [index, lane] of lanes.entries()) {
    Object.assign(lane, { first, rows: Math.max(1, ends[index]?.length ?? 1) });
    first += lane.rows;
  }
  return inner;
}

function bandsOf(spans: Placed[], by: By, lanes: Map<Key, number>): Band[] {
  return sessions(spans).map(({ from, to }) => {
    const shift = by === "day" ? midnight(from) : 0;
    const lane = by === "day" ? (lanes.get(midnight(from)) ?? -1) : -1;
    return { from: from - shift, to: to - shift, lane };
  });
}

/** Stretches of events that no silence and no midnight parts; `spans` are by their beginning. */
export function sessions(spans: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const { from, to } of spans) {
    const last = found.at(-1);
    if (last && from - last.to <= SILENCE_MS && midnight(from) === midnight(last.from))
      last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
}

function boundsOf(spans: Placed[], by: By): Span {
  const past = spans.map(({ from, to }) => (by === "day" ? to - midnight(from) : to));
  if (by === "day") return { from: 0, to: past.reduce((one, other) => Math.max(one, other), DAY_MS) };
  return aired({ from: spans[0]?.from ?? 0, to: past.reduce((one, other) => Math.max(one, other), 0) });
}
