// The timeline as a table: the same events, for readers who don't see the picture or want to read along.
import { useMemo } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge } from "../../ui/feedback";
import { useClock } from "../clock";
import { Ink } from "../Ink";
import { useTypeNames } from "../types";
import { type Column, VirtualTable } from "../VirtualTable";
import type { FoundEvent } from "./useEvents";
import { WORDS } from "./words";

interface Props {
  events: readonly FoundEvent[];
  chosen: FoundEvent | null;
  lit: ReadonlyMap<string, number>;
  onChoose: (event: FoundEvent) => void;
}

export function EventTable({ events, chosen, lit, onChoose }: Props) {
  const words = useWords(WORDS);
  const columns = useColumns(lit, onChoose);
  return (
    <VirtualTable
      label={words.table}
      columns={columns}
      rows={events}
      keyOf={(event) => event.id}
      chosen={chosen?.id}
    />
  );
}

function useColumns(lit: Props["lit"], onChoose: Props["onChoose"]): Column<FoundEvent>[] {
  const { column, cited } = useWords(WORDS);
  const { number, percent } = useFormats();
  const nameOf = useTypeNames();
  const clock = useClock();
  return useMemo(
    () => [
      { name: "when", title: column.when, className: "events-time", cell: (e) => clock.span(e.start, e.end) },
      {
        name: "title",
        title: column.title,
        cell: (e) => {
          const marker = lit.get(e.id);
          return (
            <>
              <button type="button" className="events-link" onClick={() => onChoose(e)}>
                {e.title}
              </button>{" "}
              {marker !== undefined && <Badge tone="accent">{cited(marker)}</Badge>}
            </>
          );
        },
      },
      {
        name: "type",
        title: column.type,
        cell: (e) => (
          <span className="events-kind">
            <Ink type={e.type} />
            {nameOf(e.type)}
          </span>
        ),
      },
      { name: "rows", title: column.rows, className: "number", cell: (e) => number(e.behaviours.length) },
      { name: "sure", title: column.sure, className: "number", cell: (e) => percent(e.confidence) },
    ],
    [column, cited, clock, nameOf, number, percent, lit, onChoose],
  );
}
