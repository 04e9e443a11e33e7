// What a node is, and where one comes from and goes to.
import { useState } from "react";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { WORDS as UI } from "../ui/words";
import { Facts } from "./Facts";
import type { Choice, GraphEdge, GraphNode } from "./model";
import { WORDS } from "./words";

const SHOWN = 12;

interface Props {
  node: GraphNode;
  edges: readonly GraphEdge[];
  title: (edge: GraphEdge) => string;
  onChoose: (choice: Choice) => void;
}

export function NodePanel({ node, edges, title, onChoose }: Props) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const into = edges.filter((edge) => edge.target === node.key);
  const out = edges.filter((edge) => edge.source === node.key);
  const facts: [string, string][] = [
    [words.count, number(node.count)],
    [words.users, number(node.users)],
  ];
  if (node.starts !== undefined) facts.push([words.starts, number(node.starts)]);
  if (node.ends !== undefined) facts.push([words.ends, number(node.ends)]);
  return (
    <>
      <Facts facts={facts} />
      <Edges
        key={`in ${node.key}`}
        name={words.incoming(number(into.length))}
        edges={into}
        {...{ title, onChoose }}
      />
      <Edges
        key={`out ${node.key}`}
        name={words.outgoing(number(out.length))}
        edges={out}
        {...{ title, onChoose }}
      />
    </>
  );
}

function Edges({
  name,
  edges,
  title,
  onChoose,
}: {
  name: string;
  edges: readonly GraphEdge[];
  title: Props["title"];
  onChoose: Props["onChoose"];
}) {
  const words = useWords(UI);
  const [most, setMost] = useState(SHOWN);
  if (edges.length === 0) return null;
  return (
    <div>
      <h4 className="small">{name}</h4>
      <ul className="graph-edges">
        {edges.slice(0, most).map((edge) => (
          <li key={edge.key}>
            <button type="button" className="plain small" onClick={() => onChoose({ edge: edge.key })}>
              <span className="clip">{title(edge)}</span>
            </button>
          </li>
        ))}
      </ul>
      {edges.length > most && (
        <button type="button" className="small" onClick={() => setMost(most + 4 * SHOWN)}>
          {words.more}
        </button>
      )}
    </div>
  );
}
