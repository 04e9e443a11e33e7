// The timeline as a picture: drawn on a canvas, moved and zoomed by mouse, keys and buttons. What it shows is
// there as a table, too (`EventTable`).
import { type RefObject, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { useClock } from "../clock";
import { useTypeNames } from "../types";
import { AXIS_PX, draw, heightOf, ROW_PX, type Scene, topsOf } from "./drawing";
import { useInks } from "./inks";
import { keyed } from "./keys";
import { LaneNames } from "./LaneNames";
import type { Bar, Layout } from "./layout";
import { usePointing } from "./pointing";
import type { FoundEvent } from "./useEvents";
import type { Looking } from "./useView";
import { useWidth } from "./useWidth";
import { WORDS } from "./words";

const MOST_PX = 560; // high; more is scrolled

interface Props {
  layout: Layout;
  looking: Looking;
  chosen: FoundEvent | null;
  lit: ReadonlyMap<string, number>;
  onChoose: (event: FoundEvent | null) => void;
}

export function Picture({ layout, looking, chosen, lit, onChoose }: Props) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const id = useId();
  const [frame, width] = useWidth();
  const inks = useInks();
  const clock = useClock();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<{ bar: Bar; x: number; y: number } | null>(null);
  const { view } = looking;
  const chosenId = chosen?.id ?? "";
  const tops = useMemo(() => topsOf(layout), [layout]);
  const [scroller, scroll] = useScroll();
  const height = Math.min(heightOf(layout), MOST_PX);
  const scene = useMemo<Scene>(
    () => ({ layout, tops, view, width, scroll, height, chosen: chosenId, lit, inks, clock }),
    [layout, tops, view, width, scroll, height, chosenId, lit, inks, clock],
  );
  // Before the browser paints: a canvas that gets another size is empty.
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, scene);
  }, [scene]);
  useRowInSight(scroller, scene);
  usePointing(canvas, scene, { looking, onChoose, onHover: setHovered });
  return (
    <div className="stack">
      <div className="events-picture" ref={scroller} style={{ maxHeight: MOST_PX + 2 }}>
        <LaneNames layout={layout} tops={tops} />
        <div
          ref={frame}
          className="events-canvas"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is operated, by keys and mouse
          tabIndex={0}
          aria-label={words.picture(number(layout.bars.length))}
          aria-describedby={id}
          onKeyDown={(event) => keyed(event, { scene, looking, onChoose })}
        >
          <canvas ref={canvas} style={{ height }} />
          {hovered && <Tip {...hovered} y={hovered.y + scroll} width={width} />}
        </div>
      </div>
      <p className="soft small events-hint">{words.mouse}</p>
      <p className="hidden" id={id}>
        {words.keys}
      </p>
    </div>
  );
}

/** How far a picture is scrolled that is higher than its window. */
function useScroll(): [RefObject<HTMLDivElement | null>, number] {
  const scroller = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState(0);
  useEffect(() => {
    const element = scroller.current;
    const hear = () => setScroll(element?.scrollTop ?? 0);
    element?.addEventListener("scroll", hear, { passive: true });
    return () => element?.removeEventListener("scroll", hear);
  }, []);
  return [scroller, scroll];
}

/** The row of the chosen event is scrolled to. */
function useRowInSight(scroller: RefObject<HTMLDivElement | null>, { layout, tops, height, chosen }: Scene) {
  useEffect(() => {
    const row = layout.bars.find(({ event }) => event.id === chosen)?.row;
    const element = scroller.current;
    if (row === undefined || !element) return;
    const top = tops[row] ?? 0;
    const isAbove = top - AXIS_PX < element.scrollTop;
    const isBelow = top + ROW_PX > element.scrollTop + height;
    if (isAbove || isBelow) element.scrollTop = top - height / 2;
  }, [layout, tops, height, chosen, scroller]);
}

function paint(canvas: HTMLCanvasElement, scene: Scene): void {
  const ratio = devicePixelRatio || 1;
  const [wide, high] = [Math.round(scene.width * ratio), Math.round(scene.height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  draw(context, scene);
}

const TIP_PX = 260;

function Tip({ bar, x, y, width }: { bar: Bar; x: number; y: number; width: number }) {
  const nameOf = useTypeNames();
  const clock = useClock();
  const { event } = bar;
  const left = Math.max(0, Math.min(x + 12, width - TIP_PX));
  return (
    <div className="events-tip" aria-hidden style={{ left, top: y + 16, maxWidth: TIP_PX }}>
      <strong>{event.title}</strong>
      <span>{nameOf(event.type)}</span>
      <span>{clock.span(event.start, event.end)}</span>
    </div>
  );
}
