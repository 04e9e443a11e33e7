// The explorer of a causal graph's edges.
import { type ReactNode, useMemo, useState } from "react";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import type { CausalEdge } from "./answers";
import { CausalEdgePanel } from "./CausalEdgePanel";
import { Explorer } from "./Explorer";
import type { Choice, GraphModel } from "./model";
import type { Of } from "./scope";
import type { Column } from "./VirtualTable";
import { WORDS } from "./words";

interface Props {
  model: GraphModel<CausalEdge>;
  of: Of;
  userId: string | null;
  path?: ReadonlySet<string>;
  tools?: ReactNode;
  /** Where somebody outside chooses, too. */
  chosen?: [Choice, (choice: Choice) => void];
}

export function CausalExplorer({ model, of, userId, path, tools, chosen }: Props) {
  const words = useWords(WORDS);
  const own = useState<Choice>(null);
  const [choice, onChoose] = chosen ?? own;
  const columns = useColumns();
  return (
    <Explorer
      name={words.causalPicture}
      {...{ model, path, columns, tools, choice, onChoose }}
      panelOf={(edge) => <CausalEdgePanel key={edge.key} edge={edge.found} of={of} userId={userId} />}
    />
  );
}

function useColumns(): readonly Column<CausalEdge>[] {
  const words = useWords(WORDS);
  const { number, percent, duration } = useFormats();
  return useMemo(
    () => [
      { title: words.kind, cell: ({ found }) => words.kinds[found.type ?? "leads_to"] },
      { title: words.confidence, isNumber: true, cell: ({ found }) => percent(found.confidence) },
      { title: words.lag, isNumber: true, cell: ({ found }) => duration(found.lag * 1000) },
      { title: words.lift, isNumber: true, cell: ({ found }) => number(found.lift, 1) },
      { title: words.support, isNumber: true, cell: ({ found }) => number(found.support) },
    ],
    [words, number, percent, duration],
  );
}
