// A graph to look into: the picture, what is chosen in it, and the same in tables. What the edges of a graph tell
// of themselves (columns, evidence) is the graph's own and comes from outside.
import { Search, X } from "lucide-react";
import { type ReactNode, useCallback, useDeferredValue, useId, useMemo, useRef, useState } from "react";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { GraphCanvas } from "./GraphCanvas";
import { GraphTables } from "./GraphTables";
import { Legend } from "./Legend";
import { type Choice, type GraphEdge, type GraphModel, indexed, isIn, litBy } from "./model";
import { NodePanel } from "./NodePanel";
import type { Picture } from "./picture";
import type { Column } from "./VirtualTable";
import { WORDS } from "./words";

const NO_PATH: ReadonlySet<string> = new Set();
const OFFERED = 20; // names while one types
const NAMED = 3; // edges in the picture's description

interface Props<Edge extends GraphEdge> {
  name: string;
  model: GraphModel<Edge>;
  /** Edges that an answer was made from. */
  path?: ReadonlySet<string>;
  columns: readonly Column<Edge>[];
  panelOf: (edge: Edge) => ReactNode;
  /** By number, where nodes have columns. */
  stages?: readonly string[];
  tools?: ReactNode;
  choice: Choice;
  onChoose: (choice: Choice) => void;
}

export function Explorer<Edge extends GraphEdge>(props: Props<Edge>) {
  const { name, model, path = NO_PATH, columns, panelOf, stages, tools, onChoose } = props;
  const words = useWords(WORDS);
  const { number } = useFormats();
  const picture = useRef<Picture | null>(null);
  const index = useMemo(() => indexed(model), [model]);
  const choice = isIn(index, props.choice) ? props.choice : null;
  const lit = useMemo(() => litBy(index, choice, path), [index, choice, path]);
  const kinds = useMemo(() => new Set(model.edges.map((edge) => edge.kind)), [model]);
  const counts = words.counts(number(model.nodes.length), number(model.edges.length));
  const title = useCallback(
    (edge: GraphEdge) => {
      const [from, to] = [index.nodes.get(edge.source)?.label, index.nodes.get(edge.target)?.label];
      return `${from} → ${to}`;
    },
    [index],
  );
  const summary = `${counts}. ${words.strongest(model.edges.slice(0, NAMED).map(title).join(", "))}`;
  const find = (key: string) => {
    onChoose({ node: key });
    picture.current?.find(key);
  };
  return (
    <div className="stack">
      <div className="row spread">
        <div className="row">
          <NodeSearch model={model} onFound={find} />
          <span className="soft small">{counts}</span>
        </div>
        {tools}
      </div>
      <div className="graph-view">
        <GraphCanvas {...{ model, name, summary, lit, choice, onChoose, picture }} />
        <section className="card graph-panel" aria-label={words.details}>
          <Chosen {...{ index, choice, panelOf, title, onChoose }} />
        </section>
      </div>
      <Legend kinds={kinds} />
      <GraphTables {...{ model, columns, title, choice, stages, path, onChoose }} />
    </div>
  );
}

function Chosen<Edge extends GraphEdge>({
  index,
  choice,
  panelOf,
  title,
  onChoose,
}: {
  index: ReturnType<typeof indexed<Edge>>;
  choice: Choice;
  panelOf: (edge: Edge) => ReactNode;
  title: (edge: GraphEdge) => string;
  onChoose: (choice: Choice) => void;
}) {
  const words = useWords(WORDS);
  const node = choice && "node" in choice ? index.nodes.get(choice.node) : undefined;
  const edge = choice && "edge" in choice ? index.edges.get(choice.edge) : undefined;
  const name = node?.label ?? (edge && title(edge));
  return (
    <>
      <p className="hidden" role="status">
        {name ?? ""}
      </p>
      {name === undefined ? (
        <div className="stack soft">
          <p>{words.nothingChosen}</p>
          <p className="small">{words.hints}</p>
        </div>
      ) : (
        <div className="stack">
          <div className="graph-panel-head">
            <h3>{name}</h3>
            <button
              type="button"
              className="plain small"
              aria-label={words.clear}
              onClick={() => onChoose(null)}
            >
              <X aria-hidden />
            </button>
          </div>
          {edge && panelOf(edge)}
          {node && <NodePanel node={node} edges={index.at.get(node.key) ?? []} {...{ title, onChoose }} />}
        </div>
      )}
    </>
  );
}

function NodeSearch({ model, onFound }: { model: GraphModel; onFound: (key: string) => void }) {
  const words = useWords(WORDS);
  const id = useId();
  const [text, setText] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const offered = useMemo(
    () =>
      wanted ? model.nodes.filter((node) => node.label.toLowerCase().includes(wanted)).slice(0, OFFERED) : [],
    [model, wanted],
  );
  const search = () => {
    const asked = text.trim().toLowerCase();
    const named = model.nodes.filter((node) => node.label.toLowerCase().includes(asked));
    const best = named.find((node) => node.label.toLowerCase() === asked) ?? named[0];
    setIsMissing(asked !== "" && !best);
    if (asked && best) onFound(best.key);
  };
  return (
    <search>
      <form
        className="row graph-find"
        onSubmit={(event) => {
          event.preventDefault();
          search();
        }}
      >
        <input
          type="search"
          className="graph-search"
          aria-label={words.search}
          placeholder={words.search}
          list={id}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setIsMissing(false);
          }}
        />
        <datalist id={id}>
          {offered.map((node) => (
            <option key={node.key} value={node.label} />
          ))}
        </datalist>
        <button type="submit" className="small" aria-label={words.search}>
          <Search aria-hidden />
        </button>
        <span className="small bad" role="status">
          {isMissing ? words.notFound : ""}
        </span>
      </form>
    </search>
  );
}
