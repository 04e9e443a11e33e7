// The picture of a graph on a page's element: sigma, and what one can do with it. What belongs here: the painted
// thing and the pointer. What does not: which graph it is of, and what is done with a choice.
import Graph from "graphology";
import type { Attributes } from "graphology-types";
import Sigma from "sigma";
import type { EdgeDisplayData, NodeDisplayData } from "sigma/types";
import { ArrowProgram } from "./arrowProgram";
import type { Drawing } from "./drawing";
import type { Point } from "./hits";
import { Labels } from "./labels";
import { ACROSS } from "./layered";
import type { Choice, EdgeKind, Lit } from "./model";
import type { Palette } from "./palette";
import { listen } from "./pointer";
import { CircleProgram, NoEdgeProgram, NoNodeProgram, WedgeProgram } from "./unpicked";

const MANY_EDGES = 2_000; // more than an eye can tell apart: only what is lit is drawn as arrows
// By sigma's own names: beside them it would make its own.
const EDGES = { arrow: ArrowProgram, line: NoEdgeProgram };
const EDGES_OF_LARGE = { arrow: ArrowProgram, line: WedgeProgram };
const ZOOM = 1.5;
const STEP = 0.1; // of the picture, by an arrow key
const CLOSE = 0.35; // the camera's ratio at a node that was searched for in a large graph
const MOVE_MS = 250;

export class Picture {
  private readonly sigma: Sigma;
  private readonly labels: Labels;
  private palette: Palette;
  private lit: Lit | null = null;
  private chosen: Choice = null;
  private hovered: string | null = null;
  private isLarge = false;

  /** Throws where the browser has no WebGL. */
  constructor(element: HTMLElement, palette: Palette, onChoose: (choice: Choice) => void) {
    this.palette = palette;
    this.labels = new Labels(palette);
    this.sigma = new Sigma(new Graph({ multi: true, type: "directed" }), element, {
      allowInvalidContainer: true,
      defaultEdgeType: "arrow",
      nodeProgramClasses: { circle: CircleProgram },
      nodeHoverProgramClasses: { circle: NoNodeProgram }, // what is hovered stays where it is
      edgeProgramClasses: EDGES,
      defaultDrawNodeLabel: this.labels.draw,
      defaultDrawNodeHover: this.labels.drawHover,
      doubleClickTimeout: 0, // two quick clicks are two choices
      labelDensity: 4,
      labelGridCellSize: 70,
      labelRenderedSizeThreshold: 4,
      minCameraRatio: 0.02,
      maxCameraRatio: 5,
      stagePadding: 40,
      zIndex: true,
      nodeReducer: (key, data) => this.node(key, data),
      edgeReducer: (key, data) => this.edge(key, data),
    });
    this.sigma.on("beforeRender", () => this.labels.begin());
    listen(this.sigma, {
      onChoose,
      onHover: (node) => this.hover(node),
      onDrag: (node, to) => this.drag(node, to),
    });
  }

  get drawing(): Drawing {
    return this.sigma.getGraph();
  }

  /** Before a graph is shown: what a large one needs is made apart from it, as either takes its time. */
  prepare(edges: number): void {
    this.isLarge = edges > MANY_EDGES;
    if (this.isLarge) this.sigma.setSetting("edgeProgramClasses", EDGES_OF_LARGE);
  }

  show(graph: Drawing, isPlaced: boolean): void {
    this.sigma.setCustomBBox(isPlaced ? this.roomFor(graph) : null);
    this.sigma.setGraph(graph);
  }

  /** x, y a node, in the order in which they were added. */
  place(positions: Float32Array): void {
    let at = 0;
    this.sigma.getGraph().updateEachNodeAttributes(
      (_key, attributes) => {
        attributes.x = positions[2 * at];
        attributes.y = positions[2 * at + 1];
        at++;
        return attributes;
      },
      { attributes: ["x", "y"] },
    );
  }

  /** `lit` stands out, or all does. */
  light(lit: Lit | null, chosen: Choice): void {
    this.lit = lit;
    this.chosen = chosen;
    this.sigma.refresh({ schedule: true });
  }

  wear(palette: Palette): void {
    this.palette = palette;
    this.labels.wear(palette);
    this.sigma.refresh({ schedule: true });
  }

  zoom(inwards: boolean): void {
    const camera = this.sigma.getCamera();
    this.move({ ratio: camera.getBoundedRatio(camera.ratio * (inwards ? 1 / ZOOM : ZOOM)) });
  }

  /** To the right and up where positive. */
  pan(right: number, up: number): void {
    const { x, y, ratio } = this.sigma.getCamera();
    this.move({ x: x + right * STEP * ratio, y: y + up * STEP * ratio });
  }

  fit(): void {
    this.move({ x: 0.5, y: 0.5, ratio: 1, angle: 0 });
  }

  /** Brings a node to the middle. */
  find(key: string): void {
    const at = this.sigma.getNodeDisplayData(key);
    if (!at) return;
    const { ratio } = this.sigma.getCamera();
    const close = this.sigma.getGraph().order > 60 ? Math.min(ratio, CLOSE) : ratio;
    this.move({ x: at.x, y: at.y, ratio: close });
  }

  end(): void {
    this.sigma.kill();
  }

  private move(state: { x?: number; y?: number; ratio?: number; angle?: number }): void {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (isCalm) this.sigma.getCamera().setState(state);
    else void this.sigma.getCamera().animate(state, { duration: MOVE_MS });
  }

  /** A graph of two nodes is not blown up to the picture's size. */
  private roomFor(graph: Graph) {
    const xs: number[] = [];
    const ys: number[] = [];
    graph.forEachNode((_key, { x, y }) => {
      xs.push(x);
      ys.push(y);
    });
    const { width, height } = this.sigma.getDimensions();
    const room = (values: number[], least: number): [number, number] => {
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const more = Math.max(0, least - (high - low)) / 2;
      return [low - more, high + more];
    };
    if (!xs.length) return null;
    return { x: room(xs, width - ACROSS), y: room(ys, height - ACROSS) };
  }

  private hover(key: string | null): void {
    if (key === this.hovered) return;
    const changed = [this.hovered, key].filter((one) => one !== null && this.drawing.hasNode(one));
    this.hovered = key;
    this.sigma.refresh({
      partialGraph: { nodes: changed as string[] },
      skipIndexation: true,
      schedule: true,
    });
  }

  private drag(key: string, to: Point): void {
    if (!this.drawing.hasNode(key)) return;
    if (!this.sigma.getCustomBBox()) this.sigma.setCustomBBox(this.sigma.getBBox()); // or all would move
    this.drawing.mergeNodeAttributes(key, this.sigma.viewportToGraph(to));
  }

  private node(key: string, data: Partial<NodeDisplayData>): Partial<NodeDisplayData> {
    const highlighted = key === this.hovered;
    const isLit = highlighted || !this.lit || this.lit.nodes.has(key);
    if (!isLit) return { ...data, color: this.palette.faded, label: null, zIndex: 0 };
    const isChosen = this.chosen !== null && "node" in this.chosen && this.chosen.node === key;
    const size = (data.size ?? 1) * (isChosen ? 1.3 : 1);
    return { ...data, color: this.palette.node, size, forceLabel: this.lit !== null, highlighted, zIndex: 1 };
  }

  private edge(key: string, data: Attributes): Partial<EdgeDisplayData> {
    const type = this.isLarge ? "line" : "arrow";
    if (!this.lit) return { ...data, type, color: this.colour(data), zIndex: this.isLarge ? 0 : data.weight };
    if (!this.lit.edges.has(key) && this.isLarge) return { ...data, type, hidden: true };
    if (!this.lit.edges.has(key)) return { ...data, type, color: this.palette.faded, size: 0.5, zIndex: 0 };
    return { ...data, color: this.colour(data), size: data.size + 1, zIndex: 2 };
  }

  private colour({ kind, weight }: { kind?: EdgeKind; weight?: number }): string {
    const { edges, shades } = this.palette;
    if (kind !== "follows") return edges[kind ?? "leads_to"];
    return shades[Math.round((weight ?? 0) * (shades.length - 1))] ?? edges.follows;
  }
}
