// Labels under the nodes: in the page's type and colour, cut where they are long, never one over another.
import type { Settings } from "sigma/settings";
import type { NodeDisplayData, PartialButFor } from "sigma/types";
import type { Palette } from "./palette";

type Drawn = PartialButFor<NodeDisplayData, "x" | "y" | "size" | "label" | "color">;

const SIZE = 12;
const GAP = 3; // between a node and its label
const LONGEST = 132; // pixels of a label; the panel and the table show the whole of it
const HALO = 4;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Draws a frame's labels. Sigma draws those of what is lit last, so they are noted first: they win. */
export class Labels {
  private taken: Box[] = [];
  private widths = new Map<string, { shown: string; width: number }>();
  private palette: Palette;
  private readonly font = getComputedStyle(document.body).fontFamily;

  constructor(palette: Palette) {
    this.palette = palette;
  }

  wear(palette: Palette): void {
    this.palette = palette;
  }

  /** Before the labels of a frame. */
  begin(): void {
    this.taken = [];
  }

  readonly draw = (context: CanvasRenderingContext2D, data: Drawn, _settings?: Settings): void => {
    if (!data.label) return;
    context.font = `${data.forceLabel ? 600 : 400} ${SIZE}px ${this.font}`;
    const { shown, width } = this.fitted(context, data.label);
    const top = data.y + data.size + GAP;
    const box = { left: data.x - width / 2, top, right: data.x + width / 2, bottom: top + SIZE + 2 };
    if (this.taken.some((other) => overlap(box, other))) return;
    this.taken.push(box);
    context.textAlign = "center";
    context.textBaseline = "top";
    context.lineJoin = "round";
    context.lineWidth = HALO;
    context.strokeStyle = this.palette.surface;
    context.strokeText(shown, data.x, top);
    context.fillStyle = this.palette.text;
    context.fillText(shown, data.x, top);
    context.textAlign = "start";
    context.textBaseline = "alphabetic";
  };

  /** What is under the pointer: with its whole label on a ground of its own. */
  readonly drawHover = (context: CanvasRenderingContext2D, data: Drawn, _settings?: Settings): void => {
    context.font = `600 ${SIZE}px ${this.font}`;
    context.strokeStyle = this.palette.text;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(data.x, data.y, data.size + 2, 0, 2 * Math.PI);
    context.stroke();
    if (!data.label) return;
    const width = context.measureText(data.label).width;
    const top = data.y + data.size + GAP;
    context.fillStyle = this.palette.raised;
    context.strokeStyle = this.palette.line;
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(data.x - width / 2 - 6, top - 3, width + 12, SIZE + 9, 4);
    context.fill();
    context.stroke();
    context.fillStyle = this.palette.text;
    context.fillText(data.label, data.x - width / 2, top + SIZE - 1);
  };

  private fitted(context: CanvasRenderingContext2D, label: string) {
    const known = this.widths.get(label);
    if (known) return known;
    let shown = label;
    let { width } = context.measureText(shown);
    while (width > LONGEST && shown.length > 1) {
      const keep = Math.max(1, Math.floor((shown.length * LONGEST) / width) - 1);
      shown = `${[...shown].slice(0, keep).join("")}…`;
      width = context.measureText(shown).width;
    }
    const fitted = { shown, width };
    this.widths.set(label, fitted);
    return fitted;
  }
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
