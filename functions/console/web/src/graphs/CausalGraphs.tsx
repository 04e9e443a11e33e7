// What brings what about: causal graphs made, chosen, looked into and asked.
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { GitFork } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { answered, api, type Schemas } from "../api/client";
import { isUnderWay } from "../api/run";
import { useRun } from "../api/useRun";
import { useWords } from "../language/language";
import { Empty, ErrorNote, Loading } from "../ui/feedback";
import { useUndoable } from "../ui/toasts";
import { CausalGraphShown } from "./CausalGraphShown";
import { Finding } from "./Finding";
import { Generate } from "./Generate";
import { GraphChoice } from "./GraphChoice";
import "./graphs.css";
import { WORDS } from "./words";

const LISTED = 100;

export type GraphSummary = Schemas["GraphSummary"];

export function CausalGraphs({ userId }: { userId: string | null }) {
  return <Scoped key={userId ?? ""} userId={userId} />;
}

function Scoped({ userId }: { userId: string | null }) {
  const words = useWords(WORDS);
  const client = useQueryClient();
  const list = useGraphs(userId);
  const [asked, setAsked] = useState("");
  const making = useRun();
  const isMaking = isUnderWay(making.run);
  const [gone, remove] = useRemoval(() => client.invalidateQueries({ queryKey: ["graphs", "list"] }));
  const graphs = list.graphs.filter((graph) => !gone.has(graph.id));
  const shown = graphs.find((graph) => graph.id === asked) ?? graphs[0];

  const make = async (body: object) => {
    const ended = await making.start("api/v1/causal-graph/generate", body);
    if (ended.phase !== "done") return;
    await client.invalidateQueries({ queryKey: ["graphs", "list"] });
    setAsked(String(ended.final.graph_id ?? ""));
    making.clear();
  };
  const isFinding = making.run.phase !== "idle";
  return (
    <div className="stack loose">
      <div className="row spread">
        {shown && !isFinding ? (
          <GraphChoice {...{ graphs, shown }} older={list.older} onChoose={setAsked} onDelete={remove} />
        ) : (
          <span />
        )}
        <Generate userId={userId} isBusy={isMaking} onGenerate={make} />
      </div>
      {isFinding && <Finding run={making.run} onStop={making.stop} onClear={making.clear} />}
      {list.error ? (
        <ErrorNote error={list.error} onRetry={list.again} />
      ) : list.isLoading ? (
        <Loading />
      ) : shown && !isFinding ? (
        <CausalGraphShown key={shown.id} id={shown.id} userId={userId} />
      ) : (
        !isFinding && (
          <Empty icon={GitFork} title={words.noGraphs}>
            <p>{words.noGraphsHint}</p>
          </Empty>
        )
      )}
    </div>
  );
}

/** The graphs of a user, or of all; the API lists everybody's, so older pages are read until some are found. */
function useGraphs(userId: string | null) {
  const query = useInfiniteQuery({
    queryKey: ["graphs", "list"],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/api/v1/causal-graph/graphs", {
          params: { query: { limit: LISTED, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  const { data, hasNextPage, isFetching, fetchNextPage } = query;
  const graphs = useMemo(
    () => (data?.pages ?? []).flatMap((page) => page.items).filter((graph) => graph.user_id === userId),
    [data, userId],
  );
  const isNoneYet = graphs.length === 0 && hasNextPage;
  useEffect(() => {
    if (isNoneYet && !isFetching) void fetchNextPage();
  }, [isNoneYet, isFetching, fetchNextPage]);
  return {
    graphs,
    error: query.error,
    isLoading: query.isLoading || isNoneYet,
    again: () => query.refetch(),
    older: hasNextPage ? () => fetchNextPage() : null,
  };
}

/** Graphs that are hidden while their deletion can still be taken back, and the deletion. */
function useRemoval(onDone: () => Promise<void>): [ReadonlySet<string>, (id: string) => void] {
  const words = useWords(WORDS);
  const undoable = useUndoable();
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const remove = (id: string) =>
    undoable({
      text: words.deleted,
      hide: () => setGone((before) => new Set([...before, id])),
      show: () => setGone((before) => new Set([...before].filter((one) => one !== id))),
      act: async () => {
        const params = { path: { graph_id: id } };
        await answered(api.DELETE("/api/v1/causal-graph/graphs/{graph_id}", { params }));
        await onDone();
      },
    });
  return [gone, remove];
}
