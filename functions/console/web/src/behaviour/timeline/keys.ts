// The keys of the picture: from event to event, along time, closer and farther.
import type { KeyboardEvent } from "react";
import type { Scene } from "./drawing";
import type { FoundEvent } from "./useEvents";
import type { Looking } from "./useView";

interface Operated {
  scene: Scene;
  looking: Looking;
  onChoose: (event: FoundEvent | null) => void;
}

const STEP = 0.2; // of what is in sight
const FACTOR = 1.5;

const KEYS = new Map<string, (on: Operated) => void>([
  ["ArrowRight", (on) => next(on, 1)],
  ["ArrowLeft", (on) => next(on, -1)],
  ["Shift ArrowRight", ({ looking }) => looking.move(STEP)],
  ["Shift ArrowLeft", ({ looking }) => looking.move(-STEP)],
  ["Home", (on) => go(on, 0)],
  ["End", (on) => go(on, on.scene.layout.bars.length - 1)],
  ["+", ({ looking }) => looking.zoom(FACTOR)],
  ["=", ({ looking }) => looking.zoom(FACTOR)],
  ["-", ({ looking }) => looking.zoom(1 / FACTOR)],
  ["0", ({ looking }) => looking.fit()],
  ["Escape", ({ onChoose }) => onChoose(null)],
]);

export function keyed(event: KeyboardEvent, on: Operated): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isShifted = event.shiftKey && event.key.startsWith("Arrow");
  const act = KEYS.get(isShifted ? `Shift ${event.key}` : event.key);
  if (!act) return;
  event.preventDefault();
  act(on);
}

function next(on: Operated, step: number): void {
  const { layout, chosen } = on.scene;
  const at = layout.bars.findIndex(({ event }) => event.id === chosen);
  go(on, at < 0 ? firstInSight(on.scene) : at + step);
}

function go({ scene, looking, onChoose }: Operated, to: number): void {
  const { bars } = scene.layout;
  const bar = bars[Math.min(bars.length - 1, Math.max(0, to))];
  if (!bar) return;
  onChoose(bar.event);
  looking.show(bar);
}

function firstInSight({ layout, view }: Scene): number {
  return Math.max(
    0,
    layout.bars.findIndex(({ from, to }) => to >= view.from && from <= view.to),
  );
}
