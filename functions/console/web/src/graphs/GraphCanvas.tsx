// The picture in the page: made once, given each graph that there is to show; keys do what the pointer does.
import { Maximize, Minus, Plus } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef } from "react";
import { useWords } from "../language/language";
import { Note } from "../ui/feedback";
import type { Choice, GraphModel, Lit } from "./model";
import type { Picture } from "./picture";
import { usePainted } from "./usePainted";
import { WORDS } from "./words";

const KEYS: ReadonlyMap<string, (picture: Picture) => void> = new Map([
  ["+", (picture) => picture.zoom(true)],
  ["=", (picture) => picture.zoom(true)],
  ["-", (picture) => picture.zoom(false)],
  ["0", (picture) => picture.fit()],
  ["ArrowLeft", (picture) => picture.pan(-1, 0)],
  ["ArrowRight", (picture) => picture.pan(1, 0)],
  ["ArrowUp", (picture) => picture.pan(0, 1)],
  ["ArrowDown", (picture) => picture.pan(0, -1)],
]);

interface Props {
  model: GraphModel;
  name: string;
  summary: string;
  lit: Lit | null;
  choice: Choice;
  onChoose: (choice: Choice) => void;
  picture: RefObject<Picture | null>;
}

export function GraphCanvas({ model, name, summary, lit, choice, onChoose, picture }: Props) {
  const words = useWords(WORDS);
  const id = useId();
  const element = useRef<HTMLDivElement>(null);
  const state = usePainted(element, picture, model, onChoose);
  useEffect(() => picture.current?.light(lit, choice), [picture, lit, choice]);
  const press = (event: KeyboardEvent) => {
    const act = event.key === "Escape" ? () => onChoose(null) : KEYS.get(event.key);
    if (!act || !picture.current || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(picture.current);
  };
  if (state === "impossible") return <Note>{words.noWebGl}</Note>;
  return (
    <div className="graph-picture">
      <div
        ref={element}
        className="graph-canvas"
        role="application"
        aria-label={name}
        aria-describedby={id}
        aria-busy={state === "painting"}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move the picture
        tabIndex={0}
        onKeyDown={press}
      />
      <p id={id} className="hidden">
        {summary} {words.keys}
      </p>
      <div className="graph-zoom">
        <button
          type="button"
          className="small"
          aria-label={words.zoomIn}
          onClick={() => picture.current?.zoom(true)}
        >
          <Plus aria-hidden />
        </button>
        <button
          type="button"
          className="small"
          aria-label={words.zoomOut}
          onClick={() => picture.current?.zoom(false)}
        >
          <Minus aria-hidden />
        </button>
        <button type="button" className="small" aria-label={words.fit} onClick={() => picture.current?.fit()}>
          <Maximize aria-hidden />
        </button>
      </div>
    </div>
  );
}
