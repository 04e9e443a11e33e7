// Which event follows which: the event graph with its options and its views.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { answered, api } from "../api/client";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { Empty, ErrorNote, Loading, Note } from "../ui/feedback";
import { type EventGraphAnswer, eventModel, type FollowsEdge } from "./answers";
import { EventEdgePanel } from "./EventEdgePanel";
import { EventOptions } from "./EventOptions";
import { Explorer } from "./Explorer";
import { Export } from "./Export";
import "./graphs.css";
import type { Choice } from "./model";
import { type GraphQuery, queryOf, searchOf, WHOLE } from "./scope";
import { ViewShown, Views } from "./Views";
import type { Column } from "./VirtualTable";
import { WORDS } from "./words";

export function EventGraph({ userId }: { userId: string | null }) {
  return <Scoped key={userId ?? ""} userId={userId} />;
}

function Scoped({ userId }: { userId: string | null }) {
  const words = useWords(WORDS);
  const [scope, setScope] = useState(WHOLE);
  const query = useMemo(() => queryOf(scope, userId), [scope, userId]);
  const asked = useQuery({
    queryKey: ["graphs", "events", query],
    queryFn: ({ signal }) => graphOf(query, signal),
    placeholderData: keepPreviousData,
    structuralSharing: false, // comparing thousands of nodes takes longer than painting them
  });
  const view = asked.data?.view ?? null;
  return (
    <div className="stack loose">
      <div className="stack">
        <Views userId={userId} scope={scope} onScope={setScope} />
        <EventOptions scope={scope} onScope={setScope} />
      </div>
      {view && scope.view && <ViewShown view={view} />}
      {asked.error ? (
        <ErrorNote error={asked.error} onRetry={() => asked.refetch()} />
      ) : asked.data ? (
        <div aria-busy={asked.isPlaceholderData}>
          <Shown answer={asked.data} exportPath={`api/v1/events/graph/export?${searchOf(query)}`} />
        </div>
      ) : (
        <Loading />
      )}
      <span className="hidden" role="status">
        {asked.isPlaceholderData ? words.finding : ""}
      </span>
    </div>
  );
}

function graphOf(query: GraphQuery, signal: AbortSignal): Promise<EventGraphAnswer> {
  return answered(api.GET("/api/v1/events/graph", { params: { query }, signal }));
}

function Shown({ answer, exportPath }: { answer: EventGraphAnswer; exportPath: string }) {
  const words = useWords(WORDS);
  const { number, percent } = useFormats();
  const model = useMemo(() => eventModel(answer), [answer]);
  const stages = useMemo(() => answer.view?.stages.map((stage) => stage.title), [answer]);
  const columns = useColumns();
  const [choice, setChoice] = useState<Choice>(null);
  useEffect(() => setChoice((before) => (model ? before : null)), [model]);
  if (answer.nodes.length === 0)
    return (
      <Empty icon={Workflow} title={words.noFlow}>
        <p>{answer.steps ? words.noNode : words.noFlowHint}</p>
      </Empty>
    );
  const nodes = new Map(model.nodes.map((node) => [node.key, node.label]));
  const isPart = answer.node_count > answer.nodes.length || answer.edge_count > answer.edges.length;
  return (
    <div className="stack">
      {answer.covered < 1 && <Note>{words.partlyCovered(percent(answer.covered))}</Note>}
      <Explorer
        name={words.eventPicture}
        model={model}
        columns={columns}
        stages={stages}
        choice={choice}
        onChoose={setChoice}
        panelOf={(edge) => <EventEdgePanel edge={edge} source={nodes.get(edge.source) ?? ""} />}
        tools={
          <div className="row">
            {isPart && (
              <span className="soft small">
                {words.more(number(answer.node_count), number(answer.edge_count))}
              </span>
            )}
            <Export path={exportPath} />
          </div>
        }
      />
    </div>
  );
}

function useColumns(): readonly Column<FollowsEdge>[] {
  const words = useWords(WORDS);
  const { number, percent, duration } = useFormats();
  return useMemo(
    () => [
      { title: words.count, isNumber: true, cell: (edge) => number(edge.count) },
      { title: words.share, isNumber: true, cell: (edge) => percent(edge.share) },
      { title: words.users, isNumber: true, cell: (edge) => number(edge.users) },
      { title: words.medianGap, isNumber: true, cell: (edge) => duration(edge.medianLagS * 1000) },
    ],
    [words, number, percent, duration],
  );
}
