// A table of any length, of which only what is seen is in the page. The first cell of a row is the button that
// chooses it.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";

const ROW = 40; // pixels, as in graphs.css
const HEAD = 48; // of the row of names, which stays in sight
const MORE = 10; // rows beside those seen

export interface Column<Row> {
  title: string;
  isNumber?: boolean;
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  name: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  chosen: string | null;
  onChoose: (key: string) => void;
}

export function VirtualTable<Row>({ name, columns, rows, keyOf, chosen, onChoose }: Props<Row>) {
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: MORE,
    scrollPaddingEnd: HEAD,
  });
  const at = chosen === null ? -1 : rows.findIndex((row) => keyOf(row) === chosen);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  const seen = virtual.getVirtualItems();
  const below = virtual.getTotalSize() - (seen.at(-1)?.end ?? 0);
  return (
    <div className="graph-rows" ref={scroll}>
      <table aria-rowcount={rows.length + 1}>
        <caption className="hidden">{name}</caption>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" className={isNumber ? "number" : ""}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap height={seen[0]?.start ?? 0} />
          {seen.map(({ index }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const key = keyOf(row);
            return (
              <tr key={key} aria-rowindex={index + 2} className={index === at ? "chosen" : ""}>
                {columns.map(({ title, isNumber, cell }, number) =>
                  number === 0 ? (
                    <th key={title} scope="row">
                      <button
                        type="button"
                        className="plain small"
                        aria-current={index === at}
                        onClick={() => onChoose(key)}
                      >
                        <span className="clip">{cell(row)}</span>
                      </button>
                    </th>
                  ) : (
                    <td key={title} className={isNumber ? "number" : ""}>
                      {cell(row)}
                    </td>
                  ),
                )}
              </tr>
            );
          })}
          <Gap height={below} />
        </tbody>
      </table>
    </div>
  );
}

/** In the place of rows that are not in the page. */
function Gap({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden style={{ height }} /> : null;
}
