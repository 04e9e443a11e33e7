// The stretch of time that is looked at, with what moves it. All of it until somebody zooms.
import { useMemo, useState } from "react";
import { moved, type Span, showing, within, zoomed } from "./viewport";

export interface Looking {
  view: Span;
  isAll: boolean;
  /** Around a time, or the middle. */
  zoom: (factor: number, at?: number) => void;
  /** By a share of what is in sight. */
  move: (share: number) => void;
  set: (view: Span) => void;
  /** Moves as little as needed. */
  show: (span: Span) => void;
  fit: () => void;
}

export function useView(bounds: Span): Looking {
  const [wanted, setWanted] = useState<Span | null>(null);
  return useMemo(() => {
    const at = (before: Span | null) => (before ? within(before, bounds) : bounds);
    const view = at(wanted);
    const change = (to: (view: Span) => Span) => setWanted((before) => to(at(before)));
    return {
      view,
      isAll: view.to - view.from >= bounds.to - bounds.from,
      zoom: (factor, around) =>
        change((now) => zoomed(now, factor, around ?? (now.from + now.to) / 2, bounds)),
      move: (share) => change((now) => moved(now, share * (now.to - now.from), bounds)),
      set: (next) => setWanted(within(next, bounds)),
      show: (span) => change((now) => showing(now, span, bounds)),
      fit: () => setWanted(null),
    };
  }, [wanted, bounds]);
}
