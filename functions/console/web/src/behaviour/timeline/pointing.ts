// Mouse, pen and finger on the picture: hover, choose, drag, turn the wheel.
import { type RefObject, useEffect, useRef } from "react";
import { barAt, type Scene, timeAt } from "./drawing";
import type { Bar } from "./layout";
import type { FoundEvent } from "./useEvents";
import type { Looking } from "./useView";
import { moved, type Span } from "./viewport";

interface Doing {
  looking: Looking;
  onChoose: (event: FoundEvent | null) => void;
  onHover: (at: { bar: Bar; x: number; y: number } | null) => void;
}

const STILL_PX = 4; // a press that moves less is a click
const WHEEL_SPEED = 0.002;

export function usePointing(canvas: RefObject<HTMLCanvasElement | null>, scene: Scene, doing: Doing): void {
  const now = useRef({ scene, doing });
  now.current = { scene, doing };
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const pressed = pressing(() => now.current);
    const turn = (event: WheelEvent) => wheel(event, element, now.current);
    const out = () => now.current.doing.onHover(null);
    element.addEventListener("pointerdown", pressed.down);
    element.addEventListener("pointermove", pressed.move);
    element.addEventListener("pointerup", pressed.up);
    element.addEventListener("pointerleave", out);
    element.addEventListener("wheel", turn, { passive: false });
    return () => {
      element.removeEventListener("pointerdown", pressed.down);
      element.removeEventListener("pointermove", pressed.move);
      element.removeEventListener("pointerup", pressed.up);
      element.removeEventListener("pointerleave", out);
      element.removeEventListener("wheel", turn);
    };
  }, [canvas]);
}

interface Now {
  scene: Scene;
  doing: Doing;
}

function pressing(now: () => Now) {
  let start: { x: number; view: Span; hasMoved: boolean } | null = null;
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    start = { x: event.offsetX, view: now().scene.view, hasMoved: false };
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const { scene, doing } = now();
    if (!start) return hover(event, now());
    const by = event.offsetX - start.x;
    if (!start.hasMoved && Math.abs(by) < STILL_PX) return;
    start.hasMoved = true;
    doing.onHover(null);
    const perPx = (start.view.to - start.view.from) / Math.max(1, scene.width);
    doing.looking.set(moved(start.view, -by * perPx, scene.layout.bounds));
  };
  const up = (event: PointerEvent) => {
    const { scene, doing } = now();
    if (start && !start.hasMoved) doing.onChoose(barAt(scene, event.offsetX, event.offsetY)?.event ?? null);
    start = null;
  };
  return { down, move, up };
}

function hover(event: PointerEvent, { scene, doing }: Now): void {
  const [x, y] = [event.offsetX, event.offsetY];
  const bar = barAt(scene, x, y);
  (event.currentTarget as HTMLElement).style.cursor = bar ? "pointer" : "grab";
  doing.onHover(bar && { bar, x, y });
}

/** Sideways it moves. Up and down it zooms, but only where that is meant: the page has to scroll past the picture. */
function wheel(event: WheelEvent, element: HTMLElement, { scene, doing }: Now): void {
  const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
  const isMeant = event.ctrlKey || event.metaKey || element.parentElement === document.activeElement;
  if (!isSideways && !isMeant) return;
  event.preventDefault();
  doing.onHover(null);
  if (isSideways) doing.looking.move((event.deltaX || event.deltaY) / Math.max(1, scene.width));
  else doing.looking.zoom(Math.exp(-event.deltaY * WHEEL_SPEED), timeAt(scene, event.offsetX));
}
