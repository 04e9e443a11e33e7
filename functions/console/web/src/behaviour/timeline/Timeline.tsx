// Events over time with all that belongs to looking at them: filter, picture or table, the chosen one, export.
import { type ReactNode, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { EventDetails } from "./EventDetails";
import { EventTable } from "./EventTable";
import { ExportMenu } from "./ExportMenu";
import { FilterForm } from "./FilterForm";
import { isOpen, OPEN, passing } from "./filter";
import { type By, type Layout, laidOut, spanIn } from "./layout";
import { Picture } from "./Picture";
import { PictureTools } from "./PictureTools";
import { Segments } from "./Segments";
import type { FoundEvent } from "./useEvents";
import { type Looking, useView } from "./useView";
import { WORDS } from "./words";

const SHAPES = ["picture", "table"] as const;

interface Props {
  user: string;
  events: readonly FoundEvent[];
  lit: ReadonlyMap<string, number>;
  /** What stands beside the chosen event; it can show one. */
  children: (show: (event: FoundEvent) => void) => ReactNode;
}

export function Timeline({ user, events: all, lit, children }: Props) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const [shape, setShape] = useState<(typeof SHAPES)[number]>("picture");
  const [by, setBy] = useState<By>("type");
  const [filter, setFilter] = useState(OPEN);
  const [chosen, setChosen] = useState<FoundEvent | null>(null);
  // Events come by the dozen and letters are typed fast: what is shown follows as soon as there is time.
  const events = useDeferredValue(all);
  const wanted = useDeferredValue(filter);
  const shown = useMemo(() => passing(events, wanted), [events, wanted]);
  const layout = useMemo(() => laidOut(shown, by), [shown, by]);
  const looking = useView(layout.bounds);
  const top = useRef<HTMLDivElement>(null);
  useSeen(lit, layout, looking);
  const show = useCallback(
    (event: FoundEvent) => {
      setFilter(OPEN);
      setChosen(event);
      looking.show(spanIn(layout, event));
      top.current?.scrollIntoView({ block: "nearest" });
    },
    [layout, looking],
  );
  const changeBy = (next: By) => {
    setBy(next);
    looking.fit();
  };
  return (
    <div className="stack loose">
      <div className="stack" ref={top}>
        <FilterForm events={events} filter={filter} onChange={setFilter} />
        <div className="row spread">
          <div className="row">
            <Segments
              label={words.show}
              options={SHAPES.map((name) => ({ name, title: words.as[name] }))}
              chosen={shape}
              onChoose={setShape}
            />
            {shape === "picture" && <PictureTools looking={looking} by={by} onBy={changeBy} />}
          </div>
          <div className="row">
            {!isOpen(filter) && (
              <span className="soft small" role="status">
                {words.shown(number(shown.length), number(events.length))}
              </span>
            )}
            <ExportMenu user={user} />
          </div>
        </div>
        {shown.length === 0 && <p className="soft">{words.noMatch}</p>}
        {shown.length > 0 && shape === "picture" && (
          <Picture layout={layout} looking={looking} chosen={chosen} lit={lit} onChoose={setChosen} />
        )}
        {shown.length > 0 && shape === "table" && (
          <EventTable events={shown} chosen={chosen} lit={lit} onChoose={setChosen} />
        )}
      </div>
      <div className="events-pair">
        <EventDetails event={chosen} onClose={() => setChosen(null)} />
        {children(show)}
      </div>
    </div>
  );
}

/** What an answer names comes into sight as soon as it does. */
function useSeen(lit: Props["lit"], layout: Layout, looking: Looking) {
  const now = useRef({ layout, looking });
  now.current = { layout, looking };
  useEffect(() => {
    const named = now.current.layout.bars.filter(({ event }) => lit.has(event.id));
    if (named.length === 0) return;
    const from = Math.min(...named.map((bar) => bar.from));
    const to = Math.max(...named.map((bar) => bar.to));
    now.current.looking.show({ from, to });
  }, [lit]);
}
