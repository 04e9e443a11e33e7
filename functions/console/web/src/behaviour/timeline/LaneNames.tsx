// What the lanes of the picture are, beside it.
import { useClock } from "../clock";
import { Ink } from "../Ink";
import { useTypeNames } from "../types";
import { heightOf } from "./drawing";
import type { Layout } from "./layout";

export function LaneNames({ layout, tops }: { layout: Layout; tops: readonly number[] }) {
  const nameOf = useTypeNames();
  const clock = useClock();
  const isByDay = layout.by === "day";
  return (
    <div className="events-lanes" aria-hidden style={{ height: heightOf(layout) }}>
      {layout.lanes.map(({ name, first }) => {
        const shown = isByDay ? clock.day(Date.parse(name)) : nameOf(name);
        return (
          <div key={name} title={shown} style={{ top: tops[first] }}>
            {!isByDay && <Ink type={name} />}
            <span className="clip">{shown}</span>
          </div>
        );
      })}
    </div>
  );
}
