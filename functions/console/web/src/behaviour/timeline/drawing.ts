// The picture of a layout on a canvas. What belongs here: pixels. What does not: where events stand (`layout`).
import { type Clock, midnight } from "../clock";
import type { Inks } from "./inks";
import type { Bar, Layout } from "./layout";
import { isDays, type Span, ticks } from "./viewport";

export const ROW_PX = 22;
export const GAP_PX = 8; // between lanes
export const AXIS_PX = 30;
const BAR_PX = 18;
const LEAST_PX = 4;
const TICK_PX = 92;
const NAMED_PX = 44; // a bar this wide has room for its title
const ROUND_PX = 8; // what is narrower has no corners to be seen
const FADED = 0.22;

/** `lit`: the events that an answer names, by id with their markers; the others step back. */
export interface Scene {
  layout: Layout;
  /** Of each row, in pixels from the top of the whole picture. */
  tops: readonly number[];
  view: Span;
  width: number;
  /** What is in sight of the whole picture, below the axis. */
  scroll: number;
  height: number;
  chosen: string;
  lit: ReadonlyMap<string, number>;
  inks: Inks;
  clock: Clock;
}

/** Of the whole picture, of which a window is drawn. */
export function heightOf({ rows, lanes }: Layout): number {
  return AXIS_PX + rows * ROW_PX + lanes.length * GAP_PX;
}

export function topsOf({ lanes }: Layout): number[] {
  return lanes.flatMap(({ first, rows }, lane) =>
    Array.from({ length: rows }, (_, row) => AXIS_PX + (first + row) * ROW_PX + (lane + 0.5) * GAP_PX),
  );
}

export function draw(canvas: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, width, height, scroll, inks } = scene;
  canvas.clearRect(0, 0, width, height);
  canvas.font = inks.font;
  canvas.textBaseline = "middle";
  drawAxis(canvas, scene);
  canvas.save();
  canvas.beginPath();
  canvas.rect(0, AXIS_PX, width, height - AXIS_PX);
  canvas.clip();
  canvas.translate(0, -scroll);
  drawBands(canvas, scene);
  drawLanes(canvas, scene);
  drawGrid(canvas, scene);
  for (const bar of layout.bars) drawBar(canvas, scene, bar);
  canvas.restore();
}

/** The bar below a point of the canvas; of several the one that is drawn last. */
export function barAt({ layout, tops, view, width, scroll }: Scene, x: number, y: number): Bar | null {
  if (y < AXIS_PX) return null;
  const { perMs } = scale(view, width);
  return (
    layout.bars.findLast((bar) => {
      const left = (bar.from - view.from) * perMs;
      const length = Math.max(LEAST_PX, (bar.to - bar.from) * perMs);
      const top = (tops[bar.row] ?? 0) - scroll;
      return x >= left - 2 && x <= left + length + 2 && y >= top && y < top + ROW_PX;
    }) ?? null
  );
}

export function timeAt({ view, width }: Pick<Scene, "view" | "width">, x: number): number {
  return view.from + x / scale(view, width).perMs;
}

function scale(view: Span, width: number): { perMs: number } {
  return { perMs: Math.max(1, width) / (view.to - view.from) };
}

/** Whether what is that high, there, is in the window on the picture. */
function isInSight({ scroll, height }: Scene, top: number, high: number): boolean {
  return top + high >= scroll + AXIS_PX && top <= scroll + height;
}

function drawBands(canvas: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, tops, view, width, inks } = scene;
  const { perMs } = scale(view, width);
  canvas.fillStyle = inks.band;
  for (const { from, to, lane } of layout.bands) {
    const { first, rows } = layout.lanes[lane] ?? { first: 0, rows: layout.rows };
    const top = (tops[first] ?? 0) - GAP_PX / 2;
    const high = lane < 0 ? heightOf(layout) : rows * ROW_PX + GAP_PX;
    if (to < view.from || from > view.to || !isInSight(scene, top, high)) continue;
    canvas.fillRect((from - view.from) * perMs - 2, top, (to - from) * perMs + 4, high);
  }
}

function drawLanes(canvas: CanvasRenderingContext2D, { layout, tops, width, inks }: Scene): void {
  canvas.fillStyle = inks.line;
  for (const { first } of layout.lanes)
    canvas.fillRect(0, Math.round((tops[first] ?? 0) - GAP_PX / 2), width, 1);
}

function drawGrid(canvas: CanvasRenderingContext2D, { layout, view, width, inks }: Scene): void {
  const { perMs } = scale(view, width);
  for (const tick of ticks(view, width, TICK_PX).at) {
    canvas.fillStyle = layout.by === "type" && isMidnight(tick) ? inks.strong : inks.line;
    canvas.fillRect(Math.round((tick - view.from) * perMs), AXIS_PX, 1, heightOf(layout));
  }
}

function drawAxis(canvas: CanvasRenderingContext2D, { layout, view, width, inks, clock }: Scene): void {
  const { perMs } = scale(view, width);
  const { step, at } = ticks(view, width, TICK_PX);
  for (const tick of at) {
    const x = Math.round((tick - view.from) * perMs);
    const isDay = layout.by === "type" && (isMidnight(tick) || isDays(step));
    canvas.fillStyle = inks.line;
    canvas.fillRect(x, AXIS_PX - 6, 1, 6);
    canvas.fillStyle = isDay ? inks.text : inks.soft;
    canvas.textAlign = x < TICK_PX / 2 ? "left" : x > width - TICK_PX / 2 ? "right" : "center";
    canvas.fillText(isDay ? clock.day(tick) : clock.time(tick), x, AXIS_PX / 2 - 2);
  }
  canvas.textAlign = "left";
}

const isMidnight = (at: number): boolean => midnight(at) === at;

function drawBar(canvas: CanvasRenderingContext2D, scene: Scene, bar: Bar): void {
  const { view, width, tops, inks, lit, chosen } = scene;
  const top = tops[bar.row] ?? 0;
  if (bar.to < view.from || bar.from > view.to || !isInSight(scene, top, ROW_PX)) return;
  const { perMs } = scale(view, width);
  const left = (bar.from - view.from) * perMs;
  const length = Math.max(LEAST_PX, (bar.to - bar.from) * perMs);
  const marker = lit.get(bar.event.id);
  const isChosen = bar.event.id === chosen;
  canvas.globalAlpha = lit.size === 0 || marker !== undefined || isChosen ? 1 : FADED;
  canvas.fillStyle = inks.of(bar.event.type);
  fill(canvas, left, top + 2, length);
  if (length >= NAMED_PX) drawTitle(canvas, scene, bar, left, top, length);
  if (marker !== undefined || isChosen) outline(canvas, scene, left, top, length, isChosen);
  if (marker !== undefined && length < NAMED_PX) {
    canvas.fillStyle = inks.text;
    canvas.fillText(`[${marker}]`, left + length + 5, top + ROW_PX / 2);
  }
}

/** Thousands of bars are a few pixels wide: a rectangle is drawn much faster than round corners. */
function fill(canvas: CanvasRenderingContext2D, left: number, top: number, length: number): void {
  if (length < ROUND_PX) {
    canvas.fillRect(left, top, length, BAR_PX);
    return;
  }
  rounded(canvas, left, top, length, BAR_PX);
  canvas.fill();
}

function drawTitle(
  canvas: CanvasRenderingContext2D,
  { inks, lit }: Scene,
  { event }: Bar,
  left: number,
  top: number,
  length: number,
): void {
  const marker = lit.get(event.id);
  const from = Math.max(0, left); // what begins before the view has its title within it
  canvas.save();
  canvas.beginPath();
  canvas.rect(left, top, length - 4, ROW_PX);
  canvas.clip();
  canvas.fillStyle = inks.onType;
  canvas.fillText(
    marker === undefined ? event.title : `[${marker}] ${event.title}`,
    from + 6,
    top + ROW_PX / 2 + 1,
  );
  canvas.restore();
}

function outline(
  canvas: CanvasRenderingContext2D,
  { inks }: Scene,
  left: number,
  top: number,
  length: number,
  isChosen: boolean,
): void {
  canvas.strokeStyle = inks.text;
  canvas.lineWidth = isChosen ? 2.5 : 1.5;
  rounded(canvas, left - 2, top, length + 4, BAR_PX + 4);
  canvas.stroke();
}

function rounded(
  canvas: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  canvas.beginPath();
  canvas.roundRect(x, y, width, height, Math.min(4, width / 2));
}
