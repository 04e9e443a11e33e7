// A table of any length: only the rows in sight are in the page, between two empty ones as high as the rest.
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";

export interface Column<Row> {
  name: string;
  title: string;
  className?: string;
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** The key of the chosen row, which is scrolled to. */
  chosen?: string;
  /** Called when the last rows come into sight. */
  onEnd?: () => void;
}

const ROW_PX = 41;
const AHEAD = 12;

export function VirtualTable<Row>({ label, columns, rows, keyOf, chosen, onEnd }: Props<Row>) {
  const scroll = useRef<HTMLElement>(null);
  const virtual = useVirtualizer<HTMLElement, Element>({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: AHEAD,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const isAtEnd = last >= rows.length - 1;
  const reached = useRef(onEnd);
  reached.current = onEnd;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with more rows, their end may be in sight again
  useEffect(() => {
    if (isAtEnd) reached.current?.();
  }, [isAtEnd, rows.length]);
  useChosenInSight(virtual, rows, keyOf, chosen);
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="events-rows" aria-label={label} tabIndex={0} ref={scroll}>
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map(({ name, title, className }) => (
              <th key={name} scope="col" className={className}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Gap height={before} columns={columns.length} />}
          {items.map(({ index, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <tr
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                aria-rowindex={index + 2}
                aria-current={keyOf(row) === chosen || undefined}
              >
                {columns.map(({ name, className, cell }) => (
                  <td key={name} className={className}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <Gap height={after} columns={columns.length} />}
        </tbody>
      </table>
    </section>
  );
}

/** Also when the table is opened with a row that was chosen elsewhere. */
function useChosenInSight<Row>(
  virtual: Virtualizer<HTMLElement, Element>,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  chosen: string | undefined,
) {
  const now = useRef({ virtual, rows, keyOf });
  now.current = { virtual, rows, keyOf };
  useEffect(() => {
    if (chosen === undefined) return;
    const { virtual, rows, keyOf } = now.current;
    const at = rows.findIndex((row) => keyOf(row) === chosen);
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [chosen]);
}

function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={columns} className="events-gap" style={{ height }} />
    </tr>
  );
}
