// One run: followed live while it goes on, read from its journal afterwards.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import { answered, api } from "../../api/client";
import { Failure } from "../../api/failure";
import { isUnderWay, type Phase } from "../../api/run";
import { useRun } from "../../api/useRun";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Copy } from "../../ui/Copy";
import { Figures } from "../../ui/Figures";
import { ErrorNote, Loading } from "../../ui/feedback";
import { WORDS as SHARED } from "../words";
import { Json } from "./Json";
import { RunActions } from "./RunActions";
import { RunContent } from "./RunContent";
import type { RunRecord } from "./records";
import { StateBadge } from "./StateBadge";
import { KEY } from "./useRuns";
import { WORDS } from "./words";

export function RunPage({ id }: { id: string }) {
  const words = useWords(WORDS);
  const record = useRecord(id);
  return (
    <div className="part">
      <Link className="activity-back" href="/activity">
        <ArrowLeft aria-hidden />
        {words.back}
      </Link>
      {record.isPending && <Loading />}
      {record.error && <Missing id={id} error={record.error} onRetry={() => record.refetch()} />}
      {record.data && <Opened record={record.data} />}
    </div>
  );
}

function useRecord(run_id: string) {
  return useQuery({
    queryKey: [...KEY, run_id],
    queryFn: () => answered(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id } } })),
  });
}

function Missing({ id, error, onRetry }: { id: string; error: Error; onRetry: () => void }) {
  const words = useWords(WORDS);
  const isGone = error instanceof Failure && error.status === 404;
  return (
    <>
      <header>
        <h1 className="activity-id">{id}</h1>
      </header>
      <ErrorNote error={error} onRetry={isGone ? undefined : onRetry} />
      {isGone && <p className="soft">{words.gone}</p>}
    </>
  );
}

/** What a stream's end says is newer than the record that was read before it. */
const STATUS: Partial<Record<Phase, RunRecord["status"]>> = {
  streaming: "running",
  done: "done",
  stopped: "stopped",
};

function Opened({ record }: { record: RunRecord }) {
  const words = useWords(WORDS);
  const { capability } = useWords(SHARED);
  const queries = useQueryClient();
  const { run, follow } = useRun();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each run; `follow` is another one each time
  useEffect(() => {
    void follow(record.id).then(() => queries.invalidateQueries({ queryKey: KEY }));
  }, [record.id]);
  const shown: RunRecord = record.ended_at
    ? record
    : { ...record, status: STATUS[run.phase] ?? record.status };
  const final = record.final_response ?? run.final;
  const problem = record.error ?? run.problem;
  return (
    <>
      <header>
        <h1>{capability(record.capability)}</h1>
        <div className="row" role="status">
          <StateBadge status={shown.status} />
        </div>
        <span className="activity-push">
          <RunActions run={shown} />
        </span>
      </header>
      <Facts record={record} />
      <Figures metrics={isUnderWay(run) ? {} : { ...record.metrics, ...run.metrics }} />
      <RunContent run={run} error={typeof problem?.detail === "string" ? problem.detail : run.error} />
      {problem && Object.keys(problem).length > 0 && <Json title={words.problem} value={problem} />}
      {Object.keys(final).length > 0 && <Json title={words.final} value={final} />}
      <p className="soft small">{words.kept}</p>
    </>
  );
}

function Facts({ record }: { record: RunRecord }) {
  const words = useWords(WORDS);
  const { time } = useFormats();
  const link = (id: string) => <Link href={`/activity/runs/${id}`}>{id}</Link>;
  return (
    <dl className="card activity-facts">
      <Fact name={words.id}>
        <code>{record.id}</code> <Copy text={record.id} label={words.copyId} />
      </Fact>
      <Fact name={words.started}>{time(record.created_at)}</Fact>
      {record.ended_at && <Fact name={words.ended}>{time(record.ended_at)}</Fact>}
      {record.retry_of && <Fact name={words.retryOf}>{link(record.retry_of)}</Fact>}
      {record.retried_by && <Fact name={words.retriedBy}>{link(record.retried_by)}</Fact>}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
