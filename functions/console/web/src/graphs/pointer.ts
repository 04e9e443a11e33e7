// The pointer on a picture, mouse or finger: what it is over, what it chooses, what it drags.
import type Sigma from "sigma";
import type { MouseCoords, TouchCoords } from "sigma/types";
import { type Disc, discAt, type Line, lineAt, type Point } from "./hits";
import type { Choice } from "./model";

interface Handlers {
  onChoose: (choice: Choice) => void;
  onHover: (node: string | null) => void;
  onDrag: (node: string, to: Point) => void;
}

export function listen(sigma: Sigma, { onChoose, onHover, onDrag }: Handlers): void {
  const [mouse, touch] = [sigma.getMouseCaptor(), sigma.getTouchCaptor()];
  let dragged: string | null = null;
  let frame = 0;
  const drop = () => {
    dragged = null;
  };
  const drag = (event: MouseCoords | TouchCoords) => {
    if (dragged === null) return;
    onDrag(dragged, pointOf(event));
    event.preventSigmaDefault();
    event.original.preventDefault();
  };
  const take = (event: MouseCoords | TouchCoords) => {
    dragged = discAt(pointOf(event), discs(sigma));
  };
  const choose = (event: MouseCoords | TouchCoords) => onChoose(thingAt(sigma, pointOf(event)));
  const hover = (event: MouseCoords) => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const node = dragged ?? discAt(event, discs(sigma));
      sigma.getContainer().style.cursor = node ? "pointer" : "grab";
      onHover(node);
    });
  };
  mouse.removeAllListeners(); // sigma's own, see `hits`; moving and zooming are the captor's
  touch.removeAllListeners();
  mouse.on("mousedown", take);
  mouse.on("mousemovebody", drag);
  mouse.on("mouseup", drop);
  mouse.on("mousemove", hover);
  mouse.on("mouseleave", () => onHover(null));
  mouse.on("click", choose);
  touch.on("touchdown", take);
  touch.on("touchmove", drag);
  touch.on("touchup", drop);
  touch.on("tap", choose);
  sigma.on("kill", () => cancelAnimationFrame(frame));
}

function thingAt(sigma: Sigma, point: Point): Choice {
  const node = discAt(point, discs(sigma));
  if (node !== null) return { node };
  const edge = lineAt(point, lines(sigma));
  return edge === null ? null : { edge };
}

function* discs(sigma: Sigma): Generator<Disc> {
  for (const key of sigma.getGraph().nodes()) {
    const at = sigma.getNodeDisplayData(key);
    if (at) yield { key, ...sigma.framedGraphToViewport(at), radius: sigma.scaleSize(at.size) };
  }
}

function* lines(sigma: Sigma): Generator<Line> {
  const places = new Map<string, Point>();
  for (const { key, x, y } of discs(sigma)) places.set(key, { x, y });
  for (const { edge, source, target, attributes } of sigma.getGraph().edgeEntries()) {
    const [from, to] = [places.get(source), places.get(target)];
    const shown = sigma.getEdgeDisplayData(edge);
    if (!from || !to || !shown || shown.hidden) continue;
    yield { key: edge, from, to, curvature: shown.type === "arrow" ? attributes.curvature : 0 };
  }
}

function pointOf(event: MouseCoords | TouchCoords): Point {
  if ("x" in event) return event;
  return event.touches[0] ?? event.previousTouches[0] ?? { x: 0, y: 0 };
}
