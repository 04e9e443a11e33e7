// Thousands of runs: only those in sight are in the page, and older ones are asked for as one comes near them.
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { RunRow } from "./RunRow";
import type { RunRecord } from "./records";

const ROW_PX = 60;
const NEAR = 10; // rows from the end

export function RunList({
  runs,
  label,
  onNearEnd,
}: {
  runs: RunRecord[];
  label: string;
  onNearEnd: () => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is above the list changes with the runs
  useEffect(() => setTop(list.current?.offsetTop ?? 0), [runs]);
  const virtual = useWindowVirtualizer({
    count: runs.length,
    estimateSize: () => ROW_PX,
    getItemKey: (at) => runs[at]?.id ?? at,
    overscan: 8,
    scrollMargin: top,
  });
  const rows = virtual.getVirtualItems();
  const isNearEnd = (rows.at(-1)?.index ?? 0) >= runs.length - NEAR;
  useEffect(() => {
    if (isNearEnd) onNearEnd();
  }, [isNearEnd, onNearEnd]);
  return (
    <ul ref={list} className="activity-list" aria-label={label} style={{ height: virtual.getTotalSize() }}>
      {rows.map(({ index, key, start }) => {
        const run = runs[index];
        return (
          run && (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={runs.length}
              style={{ transform: `translateY(${start - top}px)` }}
            >
              <RunRow run={run} />
            </li>
          )
        );
      })}
    </ul>
  );
}
