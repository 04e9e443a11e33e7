// The path of an answer in words: its chains, and its edges by the markers that the answer names them by.
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { type AnswerPath, namesOf } from "./answers";
import type { Choice } from "./model";
import { WORDS } from "./words";

interface Props {
  told: AnswerPath;
  onChoose: (choice: Choice) => void;
  onClear: () => void;
}

export function AnswerPathShown({ told, onChoose, onClear }: Props) {
  const words = useWords(WORDS);
  const { number, percent, duration } = useFormats();
  const chains = told.paths.filter((way) => way.edges.length > 1);
  return (
    <section className="stack" aria-label={words.path}>
      <div className="row spread">
        <h4>{words.path}</h4>
        <span className="row small soft">
          <span role="status">{words.pathShown(number(told.path.length))}</span>
          <button type="button" className="plain small" onClick={onClear}>
            {words.putOut}
          </button>
        </span>
      </div>
      {chains.map((way) => (
        <p key={way.edges.join()} className="small">
          <strong>{namesOf(way, told.path).join(" → ")}</strong> · {words.confidence}{" "}
          {percent(way.confidence)}
        </p>
      ))}
      <ol className="graph-path">
        {told.path.map((edge) => (
          <li key={edge.marker}>
            <button type="button" className="plain small" onClick={() => onChoose({ edge: String(edge.id) })}>
              [{edge.marker}] {edge.cause} {words.kinds[edge.type ?? "leads_to"]} {edge.effect} ·{" "}
              {duration(edge.lag * 1000)} · {percent(edge.confidence)}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
