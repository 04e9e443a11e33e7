// The stretch of time that is looked at. What belongs here: zooming and moving it within bounds, and its ticks.
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../clock";

export interface Span {
  from: number;
  to: number;
}

const SHORTEST_MS = 5 * MINUTE_MS;
const TICKS_MS = [
  1,
  5,
  15,
  30,
  60,
  180,
  360,
  720,
  1440,
  2 * 1440,
  7 * 1440,
  14 * 1440,
  30 * 1440,
  90 * 1440,
  365 * 1440,
].map((minutes) => minutes * MINUTE_MS);

/** By `factor` (above 1: closer), so that what is at `at` stays where it is. */
export function zoomed(view: Span, factor: number, at: number, bounds: Span): Span {
  const length = Math.max(SHORTEST_MS, (view.to - view.from) / factor);
  const share = (at - view.from) / (view.to - view.from);
  return within({ from: at - share * length, to: at + (1 - share) * length }, bounds);
}

export function moved(view: Span, by: number, bounds: Span): Span {
  return within({ from: view.from + by, to: view.to + by }, bounds);
}

/** The same length where that fits, but nothing outside of the bounds. */
export function within(view: Span, bounds: Span): Span {
  const length = Math.min(view.to - view.from, bounds.to - bounds.from);
  const from = Math.min(Math.max(view.from, bounds.from), bounds.to - length);
  return { from, to: from + length };
}

/** A view of this length or the one it has, moved as little as needed to show a span. */
export function showing(view: Span, span: Span, bounds: Span): Span {
  const length = Math.max(view.to - view.from, (span.to - span.from) * 1.2);
  const margin = length * 0.05;
  if (span.from >= view.from && span.to <= view.to) return view;
  const from = span.from < view.from ? span.from - margin : span.to + margin - length;
  return within({ from, to: from + length }, bounds);
}

/** Round times `step` apart, at least `least` of the axis' pixels from each other. */
export function ticks(view: Span, width: number, least: number): { step: number; at: number[] } {
  const wanted = ((view.to - view.from) / Math.max(1, width)) * least;
  const step = TICKS_MS.find((one) => one >= wanted) ?? (TICKS_MS.at(-1) as number);
  const at = [];
  for (let tick = Math.ceil(view.from / step) * step; tick <= view.to; tick += step) at.push(tick);
  return { step, at };
}

/** Whole hours around a span, so that nothing begins at the very edge. */
export function aired({ from, to }: Span): Span {
  const hours = { from: Math.floor(from / HOUR_MS) * HOUR_MS, to: Math.ceil(to / HOUR_MS) * HOUR_MS };
  return hours.to > hours.from ? hours : { from: hours.from, to: hours.from + HOUR_MS };
}

export const isDays = (step: number): boolean => step >= DAY_MS;
