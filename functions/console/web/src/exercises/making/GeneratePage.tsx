// The form for a new exercise. Its run is shown on a page of its own, which can be reloaded.
import { useQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { answered, api } from "../../api/client";
import { isUnderWay } from "../../api/run";
import { useWords } from "../../language/language";
import { ErrorNote } from "../../ui/feedback";
import { PageHeader } from "../PageHeader";
import { failureOfRun } from "../runFailure";
import { useStarter } from "../startedRun";
import { WORDS as SHARED } from "../words";
import { Counts } from "./Counts";
import { Material } from "./Material";
import { type Draft, generateBody, isComplete, keepDraft, keptDraft, MAX_DOCUMENTS } from "./request";
import { Wishes } from "./Wishes";
import { WORDS } from "./words";

export function GeneratePage({ analysisId }: { analysisId?: string | undefined }) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const [, navigate] = useLocation();
  const [draft, change] = useDraft(analysisId);
  const { run, start } = useStarter((event) => navigate(`/exercises/runs/${String(event.run_id)}`));
  const isStarting = isUnderWay(run);
  const failure = failureOfRun(run);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start("api/v1/exercises/generate", generateBody(draft, analysisId));
  };
  return (
    <>
      <PageHeader title={words.title} back={{ to: "/exercises", label: shared.back }} about={words.lead} />
      <form className="stack loose" onSubmit={submit}>
        <section className="card stack">
          <h2>{words.material}</h2>
          <Material
            draft={draft}
            onChange={change}
            maxDocuments={MAX_DOCUMENTS}
            hasAnalysis={analysisId !== undefined}
          />
        </section>
        <section className="card stack">
          <h2>{words.kinds}</h2>
          <Counts counts={draft.counts} onChange={(counts) => change({ counts })} />
        </section>
        <section className="card stack">
          <h2>{words.options}</h2>
          <Wishes draft={draft} onChange={change} />
        </section>
        {failure && <ErrorNote error={failure} />}
        <div className="row">
          <button type="submit" className="primary" disabled={isStarting || !isComplete(draft, analysisId)}>
            {isStarting ? <span className="spinner" aria-hidden /> : <Sparkles aria-hidden />}
            {isStarting ? words.starting : words.generate}
          </button>
        </div>
      </form>
    </>
  );
}

/** What is asked for; of an analysis, at first, as many questions as it says the material carries. */
function useDraft(analysisId: string | undefined): [Draft, (change: Partial<Draft>) => void] {
  const [draft, setDraft] = useState<Draft>(() => withSource(keptDraft(), analysisId));
  const analysis = useQuery({
    queryKey: ["exercises", "analyses", analysisId],
    queryFn: () =>
      answered(
        api.GET("/api/v1/exercises/analyses/{analysis_id}", {
          params: { path: { analysis_id: analysisId ?? "" } },
        }),
      ),
    enabled: analysisId !== undefined,
  });
  const suggested = analysis.data?.suggested;
  useEffect(() => {
    if (suggested && Object.keys(suggested).length) setDraft((before) => ({ ...before, counts: suggested }));
  }, [suggested]);
  useEffect(() => keepDraft(draft), [draft]);
  return [draft, (change) => setDraft((before) => ({ ...before, ...change }))];
}

function withSource(draft: Draft, analysisId: string | undefined): Draft {
  if (analysisId !== undefined) return { ...draft, from: "analysis" };
  return draft.from === "analysis" ? { ...draft, from: "text" } : draft;
}
