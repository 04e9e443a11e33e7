// The rows of a log, as they are kept.
import { useMemo } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { useClock } from "../clock";
import { type Column, VirtualTable } from "../VirtualTable";
import type { Behaviour, useBehaviours } from "./useBehaviours";
import { WORDS } from "./words";

export function LogTable({ log }: { log: ReturnType<typeof useBehaviours> }) {
  const words = useWords(WORDS);
  const columns = useColumns();
  const more = () => {
    if (log.hasNextPage && !log.isFetching) log.fetchNextPage();
  };
  return (
    <VirtualTable
      label={words.table}
      columns={columns}
      rows={log.rows}
      keyOf={(row) => row.id}
      onEnd={more}
    />
  );
}

function useColumns(): Column<Behaviour>[] {
  const { column } = useWords(WORDS);
  const { duration } = useFormats();
  const clock = useClock();
  return useMemo(
    () => [
      { name: "time", title: column.time, className: "events-time", cell: ({ time }) => clock.full(time) },
      { name: "action", title: column.action, cell: ({ action }) => action },
      { name: "object", title: column.object, cell: ({ object }) => object },
      { name: "kind", title: column.kind, cell: ({ kind }) => kind },
      {
        name: "took",
        title: column.took,
        className: "number",
        cell: (row) => (row.duration === null ? "" : duration(row.duration * 1000)),
      },
      {
        name: "more",
        title: column.more,
        className: "soft small",
        cell: ({ properties }) =>
          Object.entries(properties)
            .map(([name, value]) => `${name}: ${value}`)
            .join(" · "),
      },
    ],
    [column, duration, clock],
  );
}
