// An analysis: while it is made, part by part; afterwards as a whole.
import { useQuery } from "@tanstack/react-query";
import { Sparkles, Square } from "lucide-react";
import { Link } from "wouter";
import { answered, api, type Schemas } from "../../api/client";
import { isUnderWay, type Run } from "../../api/run";
import type { RunHandle } from "../../api/useRun";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading, Note } from "../../ui/feedback";
import { PageHeader } from "../PageHeader";
import { failureOfRun } from "../runFailure";
import { useStartedRun } from "../startedRun";
import { WORDS as SHARED } from "../words";
import { AnalysisResult, KeyPoints } from "./AnalysisResult";
import { WORDS } from "./words";

type Analysis = Schemas["Analysis"];
type KeyPoint = Schemas["KeyPoint"];

export function AnalysisPage({ id }: { id: string }) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const kept = useQuery({
    queryKey: ["exercises", "analyses", id],
    queryFn: () =>
      answered(
        api.GET("/api/v1/exercises/analyses/{analysis_id}", { params: { path: { analysis_id: id } } }),
      ),
  });
  // Not there yet, or not any more: its run knows.
  const { run, follow, stop } = useStartedRun(id, kept.isError);
  const analysis = kept.data ?? (run.phase === "done" ? (run.final as unknown as Analysis) : null);
  return (
    <>
      <PageHeader
        title={analysis ? analysis.title : words.analysing}
        back={{ to: "/exercises/analyse", label: words.analyseTitle }}
      >
        {analysis && analysis.key_points.length > 0 && (
          <Link className="button exercises-primary" href={`/exercises/new/${id}`}>
            <Sparkles aria-hidden />
            {words.make}
          </Link>
        )}
        {isUnderWay(run) && run.runId && (
          <button type="button" onClick={() => void stop()}>
            <Square aria-hidden />
            {shared.stop}
          </button>
        )}
      </PageHeader>
      {analysis ? <AnalysisResult analysis={analysis} /> : <UnderWay run={run} follow={follow} id={id} />}
    </>
  );
}

interface UnderWayProps {
  run: Run;
  follow: RunHandle["follow"];
  id: string;
}

function UnderWay({ run, follow, id }: UnderWayProps) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const failure = failureOfRun(run);
  if (failure?.status === 404) return <Empty icon={Sparkles} title={words.analysisGone} />;
  const parts = Number(run.started.parts ?? 0);
  const points = (run.items as { key_points: KeyPoint[] }[]).flatMap(({ key_points }) => key_points);
  return (
    <div className="stack">
      {run.phase === "broken" && <Note tone="warn">{shared.broken}</Note>}
      {isUnderWay(run) && parts > 0 && (
        <div className="row">
          <progress className="grow" max={parts} value={run.items.length} aria-label={words.analysing} />
          <span role="status">{words.parts(run.items.length, parts)}</span>
        </div>
      )}
      {(run.phase === "idle" || isUnderWay(run)) && <Loading what={words.waiting} />}
      {failure && <ErrorNote error={failure} onRetry={() => void follow(id)} />}
      <KeyPoints points={points} />
    </div>
  );
}
