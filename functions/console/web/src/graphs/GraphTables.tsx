// The graph in words: all of its edges and nodes, for keys and screen readers as for the eye.
import { useId, useMemo, useState } from "react";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { Tabs } from "../ui/Tabs";
import type { Choice, GraphEdge, GraphModel, GraphNode } from "./model";
import { type Column, VirtualTable } from "./VirtualTable";
import { WORDS } from "./words";

interface Props<Edge extends GraphEdge> {
  model: GraphModel<Edge>;
  columns: readonly Column<Edge>[];
  title: (edge: GraphEdge) => string;
  stages: readonly string[] | undefined;
  path: ReadonlySet<string>;
  choice: Choice;
  onChoose: (choice: Choice) => void;
}

export function GraphTables<Edge extends GraphEdge>(props: Props<Edge>) {
  const { model, columns, title, stages, path, choice, onChoose } = props;
  const words = useWords(WORDS);
  const id = useId();
  const [shown, setShown] = useState<"edges" | "nodes">("edges");
  const edgeColumns = useMemo(() => {
    const first: Column<Edge> = { title: words.edge, cell: title };
    const last: Column<Edge> = { title: words.onPath, cell: (edge) => (path.has(edge.key) ? words.yes : "") };
    return [first, ...columns, ...(path.size ? [last] : [])];
  }, [columns, title, path, words]);
  const nodeColumns = useNodeColumns(stages);
  const tabs = [
    { name: "edges", title: words.edges },
    { name: "nodes", title: words.nodes },
  ] as const;
  return (
    <section aria-labelledby={id} className="stack">
      <h3 id={id} className="hidden">
        {words.tables}
      </h3>
      <Tabs label={words.tables} tabs={tabs} chosen={shown} onChoose={setShown}>
        {shown === "edges" ? (
          <VirtualTable
            name={words.edges}
            columns={edgeColumns}
            rows={model.edges}
            keyOf={keyOf}
            chosen={choice && "edge" in choice ? choice.edge : null}
            onChoose={(edge) => onChoose({ edge })}
          />
        ) : (
          <VirtualTable
            name={words.nodes}
            columns={nodeColumns}
            rows={model.nodes}
            keyOf={keyOf}
            chosen={choice && "node" in choice ? choice.node : null}
            onChoose={(node) => onChoose({ node })}
          />
        )}
      </Tabs>
    </section>
  );
}

const keyOf = ({ key }: { key: string }) => key;

function useNodeColumns(stages: readonly string[] | undefined): readonly Column<GraphNode>[] {
  const words = useWords(WORDS);
  const { number } = useFormats();
  return useMemo(() => {
    const columns: Column<GraphNode>[] = [
      { title: words.node, cell: (node) => node.label },
      { title: words.count, isNumber: true, cell: (node) => number(node.count) },
      { title: words.users, isNumber: true, cell: (node) => number(node.users) },
      { title: words.starts, isNumber: true, cell: (node) => number(node.starts) },
      { title: words.ends, isNumber: true, cell: (node) => number(node.ends) },
    ];
    if (!stages) return columns;
    return [...columns, { title: words.stage, cell: (node) => stages[node.column ?? -1] ?? "" }];
  }, [stages, words, number]);
}
