// One causal graph: what to bear in mind, the picture, and questions to it.
import { useQuery } from "@tanstack/react-query";
import { Unlink } from "lucide-react";
import { useMemo, useState } from "react";
import { answered, api } from "../api/client";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { Empty, ErrorNote, Loading, Note } from "../ui/feedback";
import { AskGraph } from "./AskGraph";
import { type CausalGraphAnswer, causalModel } from "./answers";
import { CausalExplorer } from "./CausalExplorer";
import { Export } from "./Export";
import type { Choice } from "./model";
import { WORDS } from "./words";

export function CausalGraphShown({ id, userId }: { id: string; userId: string | null }) {
  const asked = useQuery({
    queryKey: ["graphs", "causal", id],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/causal-graph", { params: { query: { graph_id: id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY, // a graph never changes
    structuralSharing: false,
  });
  if (asked.error) return <ErrorNote error={asked.error} onRetry={() => asked.refetch()} />;
  if (!asked.data) return <Loading />;
  return <Shown graph={asked.data} userId={userId} />;
}

const NO_PATH: ReadonlySet<string> = new Set();

function Shown({ graph, userId }: { graph: CausalGraphAnswer; userId: string | null }) {
  const words = useWords(WORDS);
  const model = useMemo(() => causalModel(graph.edges, graph.nodes), [graph]);
  const [path, setPath] = useState(NO_PATH);
  const chosen = useState<Choice>(null);
  const [, choose] = chosen;
  return (
    <div className="stack loose">
      <div className="stack">
        <About graph={graph} />
        {graph.note && (
          <Note tone="warn">
            <strong>{words.bear}</strong>
            <p>{graph.note}</p>
          </Note>
        )}
      </div>
      {graph.edges.length === 0 ? (
        <Empty icon={Unlink} title={words.noEdges}>
          <p>{words.noEdgesHint}</p>
        </Empty>
      ) : (
        <>
          <AskGraph
            graph={graph}
            onPath={(next) => {
              choose(null);
              setPath(next);
            }}
            onChoose={choose}
          />
          <CausalExplorer
            model={model}
            of={graph.of}
            userId={userId}
            path={path}
            chosen={chosen}
            tools={<Export path={`api/v1/causal-graph/export?graph_id=${graph.id}`} />}
          />
        </>
      )}
    </div>
  );
}

function About({ graph }: { graph: CausalGraphAnswer }) {
  const words = useWords(WORDS);
  const { number, duration } = useFormats();
  const lags: Record<number, string> = words.lags;
  const lag = lags[graph.max_lag_seconds] ?? duration(graph.max_lag_seconds * 1000);
  const about = words.about(words.ofs[graph.of], words.bys[graph.by], number(graph.steps), lag);
  return (
    <p className="soft small">
      {about} · {graph.model ? words.judgedBy(graph.model) : words.unjudged}
    </p>
  );
}
