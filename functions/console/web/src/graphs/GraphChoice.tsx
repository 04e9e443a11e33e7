// Which of the causal graphs is shown.
import { Trash2 } from "lucide-react";
import { useId } from "react";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import type { GraphSummary } from "./CausalGraphs";
import { WORDS } from "./words";

interface Props {
  graphs: readonly GraphSummary[];
  shown: GraphSummary;
  older: (() => void) | null;
  onChoose: (id: string) => void;
  onDelete: (id: string) => void;
}

export function GraphChoice({ graphs, shown, older, onChoose, onDelete }: Props) {
  const words = useWords(WORDS);
  const id = useId();
  const { time, number } = useFormats();
  return (
    <div className="row">
      <label htmlFor={id} className="small">
        {words.graph}
      </label>
      <select
        id={id}
        className="graph-choose"
        value={shown.id}
        onChange={(event) => onChoose(event.target.value)}
      >
        {graphs.map((graph) => (
          <option key={graph.id} value={graph.id}>
            {words.graphName(time(graph.created_at), number(graph.edges))}
          </option>
        ))}
      </select>
      {older && (
        <button type="button" className="plain small" onClick={older}>
          {words.moreGraphs}
        </button>
      )}
      <button type="button" className="plain small" onClick={() => onDelete(shown.id)}>
        <Trash2 aria-hidden />
        {words.deleteGraph}
      </button>
    </div>
  );
}
