// The events that an answer names, each a press away from the picture.
import { useId } from "react";
import { useWords } from "../../language/language";
import { useClock } from "../clock";
import { Ink } from "../Ink";
import type { Cited } from "./citations";
import { WORDS } from "./words";

export function CitedList({ cited, onCited }: { cited: readonly Cited[]; onCited: (event: Cited) => void }) {
  const words = useWords(WORDS);
  const clock = useClock();
  const id = useId();
  return (
    <div className="stack">
      <h3 id={id}>{words.cited}</h3>
      <ol className="events-cited" aria-labelledby={id}>
        {cited.map((event) => (
          <li key={event.marker}>
            <button type="button" className="plain" onClick={() => onCited(event)}>
              <span className="soft">[{event.marker}]</span>
              <Ink type={event.type} />
              <span className="grow">{event.title}</span>
              <span className="soft small">{clock.span(event.start, event.end)}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
