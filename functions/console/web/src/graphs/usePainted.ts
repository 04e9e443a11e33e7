// Paints each graph that there is to show: layered if it is small or sparse, by forces if not.
import { type RefObject, useEffect, useRef, useState } from "react";
import { breath, drawEdges, nodesDrawn } from "./drawing";
import { arranged } from "./force";
import { ACROSS, layered, type Place } from "./layered";
import type { Choice, GraphModel } from "./model";
import { usePalette } from "./palette";
import { Picture } from "./picture";

const LAYERED = 200; // nodes of a sparse graph, or of one whose columns are given
const SPARSE = 1.6; // edges a node; more are a thicket in layers
const FEW = 16; // nodes that are layered in any case

/** Whether the graph is still being built or arranged, or can't be painted at all. */
export function usePainted(
  element: RefObject<HTMLDivElement | null>,
  picture: RefObject<Picture | null>,
  model: GraphModel,
  onChoose: (choice: Choice) => void,
): "painting" | "painted" | "impossible" {
  const palette = usePalette();
  const [isBusy, setIsBusy] = useState(true);
  const [canPaint, setCanPaint] = useState(true);
  const first = useRef(palette);
  const choose = useRef(onChoose);
  choose.current = onChoose;

  useEffect(() => {
    if (!element.current) return;
    const made = pictureOn(element.current, first.current, (choice) => choose.current(choice));
    if (!made) return setCanPaint(false);
    picture.current = made;
    return () => {
      picture.current = null;
      made.end();
    };
  }, [element, picture]);

  useEffect(() => picture.current?.wear(palette), [picture, palette]);

  useEffect(() => {
    const left = new AbortController();
    setIsBusy(true);
    paint(picture, element, model, left.signal, () => setIsBusy(false)).catch((error: unknown) => {
      if (!left.signal.aborted) throw error;
    });
    return () => left.abort();
  }, [picture, element, model]);
  if (!canPaint) return "impossible";
  return isBusy ? "painting" : "painted";
}

/** Null where the browser has no WebGL. */
function pictureOn(...given: ConstructorParameters<typeof Picture>): Picture | null {
  try {
    return new Picture(...given);
  } catch {
    return null;
  }
}

async function paint(
  picture: RefObject<Picture | null>,
  element: RefObject<HTMLDivElement | null>,
  model: GraphModel,
  signal: AbortSignal,
  onDone: () => void,
): Promise<void> {
  const isSparse = model.edges.length <= SPARSE * model.nodes.length;
  const isPlain = model.nodes.some((node) => node.column !== undefined) || isSparse;
  const isLayered = model.nodes.length <= LAYERED && (isPlain || model.nodes.length <= FEW);
  const { width, height } = element.current?.getBoundingClientRect() ?? { width: 3, height: 2 };
  const places = isLayered && model.nodes.length ? layered(model, width / Math.max(1, height)) : null;
  const scale = places ? scaleOf(places, width, height) : 1;
  picture.current?.prepare(model.edges.length);
  await breath();
  const graph = nodesDrawn(model, places, scale);
  signal.throwIfAborted();
  picture.current?.show(graph, isLayered);
  await drawEdges(graph, model, places, signal);
  if (isLayered) return onDone();
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  arranged(model, isCalm, signal, ({ positions, isLast }) => {
    picture.current?.place(positions);
    if (isLast) onDone();
  });
}

/** At which places of pixels are shown in a picture of this size; nothing is blown up. */
function scaleOf(places: ReadonlyMap<string, Place>, width: number, height: number): number {
  const xs = [...places.values()].map((place) => place.x);
  const ys = [...places.values()].map((place) => place.y);
  const across = Math.max(...xs) - Math.min(...xs) + ACROSS;
  const down = Math.max(...ys) - Math.min(...ys) + ACROSS / 2;
  return Math.min(1, width / across, height / down);
}
