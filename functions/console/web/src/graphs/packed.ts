// Parts of a picture set beside each other in shelves, the highest first, in the width that shows them largest.
import type { Place } from "./layered";

export type Places = Map<string, Place>;

interface Box {
  places: Places;
  left: number;
  top: number;
  width: number;
  height: number;
}

const WIDTHS = 24; // that are tried, from the widest part's to that of all in one shelf

/** `aspect` is the picture's width by its height; the gaps are room for a label. */
export function packed(parts: readonly Places[], aspect: number, gapX: number, gapY: number): Places {
  const boxes = parts.map((places) => boxOf(places, gapX, gapY)).sort((a, b) => b.height - a.height);
  const least = Math.max(0, ...boxes.map((box) => box.width));
  const most = boxes.reduce((sum, box) => sum + box.width, 0);
  let best = shelved(boxes, most);
  for (let at = 0; at < WIDTHS; at++) {
    const tried = shelved(boxes, least + ((most - least) * at) / WIDTHS);
    if (heightIn(tried, aspect) < heightIn(best, aspect)) best = tried;
  }
  return best.places;
}

interface Shelved {
  places: Places;
  width: number;
  height: number;
}

/** How high a picture of this shape has to be for it. */
function heightIn({ width, height }: Shelved, aspect: number): number {
  return Math.max(height, width / aspect);
}

function shelved(boxes: readonly Box[], widest: number): Shelved {
  const places: Places = new Map();
  let [left, top, high, width] = [0, 0, 0, 0];
  for (const box of boxes) {
    if (left > 0 && left + box.width > widest) {
      [left, top, high] = [0, top + high, 0];
    }
    for (const [key, { x, y }] of box.places)
      places.set(key, { x: left + x - box.left, y: y - box.top - top });
    left += box.width;
    high = Math.max(high, box.height);
    width = Math.max(width, left);
  }
  return { places, width, height: top + high };
}

/** The y axis points up. */
function boxOf(places: Places, gapX: number, gapY: number): Box {
  const xs = [...places.values()].map((place) => place.x);
  const ys = [...places.values()].map((place) => place.y);
  const [left, top] = [Math.min(...xs), Math.max(...ys)];
  return { places, left, top, width: Math.max(...xs) - left + gapX, height: top - Math.min(...ys) + gapY };
}
