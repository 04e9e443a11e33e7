// The chosen event, with the rows of the log that it was made of.
import { X } from "lucide-react";
import { useId } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge, ErrorNote, Loading } from "../../ui/feedback";
import { useClock, wall } from "../clock";
import { Ink } from "../Ink";
import { useTypeNames } from "../types";
import type { FoundEvent } from "./useEvents";
import { useRowsOf } from "./useRowsOf";
import { WORDS } from "./words";

export function EventDetails({ event, onClose }: { event: FoundEvent | null; onClose: () => void }) {
  const words = useWords(WORDS);
  const id = useId();
  return (
    <section className="card stack" aria-labelledby={id}>
      <div className="row spread">
        <h2 id={id}>{words.details}</h2>
        {event && (
          <button type="button" className="plain small" aria-label={words.letGo} onClick={onClose}>
            <X aria-hidden />
          </button>
        )}
      </div>
      <div aria-live="polite">{event ? <Head event={event} /> : <p className="soft">{words.pick}</p>}</div>
      {event && <Rows key={event.id} event={event} />}
    </section>
  );
}

function Head({ event }: { event: FoundEvent }) {
  const words = useWords(WORDS);
  const { percent } = useFormats();
  const nameOf = useTypeNames();
  const clock = useClock();
  return (
    <div className="stack events-head">
      <h3>{event.title}</h3>
      <p className="row">
        <Badge>
          <Ink type={event.type} />
          {nameOf(event.type)}
        </Badge>
        <span>{clock.span(event.start, event.end)}</span>
        <span className="soft">{words.confidence(percent(event.confidence))}</span>
      </p>
    </div>
  );
}

function Rows({ event }: { event: FoundEvent }) {
  const { rows: title, rowColumn } = useWords(WORDS);
  const { duration } = useFormats();
  const clock = useClock();
  const { data, error, isPending, refetch } = useRowsOf(event);
  if (isPending) return <Loading />;
  if (error) return <ErrorNote error={error} onRetry={refetch} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="events-refused" aria-label={title} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{rowColumn.time}</th>
            <th scope="col">{rowColumn.action}</th>
            <th scope="col">{rowColumn.object}</th>
            <th scope="col" className="number">
              {rowColumn.took}
            </th>
          </tr>
        </thead>
        <tbody>
          {data.map((row) => (
            <tr key={row.id}>
              <td className="events-time">{clock.time(wall(row.time))}</td>
              <td>{row.action}</td>
              <td>{row.object}</td>
              <td className="number">{row.duration === null ? "" : duration(row.duration * 1000)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
