// What is under a point of the picture, worked out from places: sigma would read it back from the graphics card,
// which stands still for it, and for seconds where there is none.

export interface Point {
  x: number;
  y: number;
}

/** In pixels. */
export interface Disc extends Point {
  key: string;
  radius: number;
}

export interface Line {
  key: string;
  from: Point;
  to: Point;
  curvature: number;
}

const NEAR = 5; // pixels beside a line that still mean it
const SLACK = 2; // around a disc
const PIECES = 12; // of a bent line

/** The nearest of the discs that the point is in. */
export function discAt(point: Point, discs: Iterable<Disc>): string | null {
  let best: string | null = null;
  let least = 1;
  for (const { key, x, y, radius } of discs) {
    const near = Math.hypot(x - point.x, y - point.y) / (radius + SLACK);
    if (near <= least) [best, least] = [key, near];
  }
  return best;
}

/** The nearest of the lines that the point is close to. */
export function lineAt(point: Point, lines: Iterable<Line>): string | null {
  let best: string | null = null;
  let least = NEAR;
  for (const line of lines) {
    const away = distance(point, line, least);
    if (away < least) [best, least] = [line.key, away];
  }
  return best;
}

/** Exact where it is less than `least`. */
function distance(point: Point, { from, to, curvature }: Line, least: number): number {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < 1) return toLoop(point, from);
  const straight = toSegment(point, from, to);
  if (curvature === 0 || straight > least + Math.abs(curvature) * length) return straight;
  const bend = {
    x: (from.x + to.x) / 2 + (to.y - from.y) * curvature, // the y axis points down
    y: (from.y + to.y) / 2 - (to.x - from.x) * curvature,
  };
  let [before, away] = [from, Number.POSITIVE_INFINITY];
  for (let piece = 1; piece <= PIECES; piece++) {
    const at = onCurve(from, bend, to, piece / PIECES);
    away = Math.min(away, toSegment(point, before, at));
    before = at;
  }
  return away;
}

function onCurve(from: Point, bend: Point, to: Point, t: number): Point {
  const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
  return { x: a * from.x + b * bend.x + c * to.x, y: a * from.y + b * bend.y + c * to.y };
}

function toSegment(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((point.x - from.x) * dx + (point.y - from.y) * dy) / Math.max(1e-9, dx * dx + dy * dy);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(point.x - from.x - t * dx, point.y - from.y - t * dy);
}

const LOOP = 26; // above its node, about where a loop is drawn

function toLoop(point: Point, node: Point): number {
  return Math.max(0, Math.hypot(point.x - node.x, point.y - (node.y - LOOP)) - LOOP / 2);
}
