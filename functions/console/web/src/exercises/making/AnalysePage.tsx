// What is to be analysed. The analysis is shown on a page of its own, which can be reloaded.
import { ScanSearch } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { isUnderWay } from "../../api/run";
import { useWords } from "../../language/language";
import { ErrorNote } from "../../ui/feedback";
import { LanguageField, ModelField } from "../Fields";
import { PageHeader } from "../PageHeader";
import { failureOfRun } from "../runFailure";
import { useStarter } from "../startedRun";
import { WORDS as SHARED } from "../words";
import { Material } from "./Material";
import { type Draft, hasMaterial, keepDraft, keptDraft } from "./request";
import { WORDS } from "./words";

export function AnalysePage() {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const [, navigate] = useLocation();
  const [draft, setDraft] = useState<Draft>(withoutAnalysis);
  useEffect(() => keepDraft(draft), [draft]);
  const change = (one: Partial<Draft>) => setDraft((before) => ({ ...before, ...one }));
  const { run, start } = useStarter((event) => navigate(`/exercises/analyses/${String(event.analysis_id)}`));
  const isStarting = isUnderWay(run);
  const failure = failureOfRun(run);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start(...requestOf(draft));
  };
  return (
    <>
      <PageHeader
        title={words.analyseTitle}
        back={{ to: "/exercises", label: shared.back }}
        about={words.analyseLead}
      />
      <form className="stack loose" onSubmit={submit}>
        <section className="card stack">
          <h2>{words.material}</h2>
          <Material draft={draft} onChange={change} maxDocuments={1} />
          <div className="exercises-pair">
            <LanguageField value={draft.language} onChange={(language) => change({ language })} />
            <ModelField value={draft.modelId} onChange={(modelId) => change({ modelId })} />
          </div>
        </section>
        {failure && <ErrorNote error={failure} />}
        <div className="row">
          <button type="submit" className="primary" disabled={isStarting || !hasMaterial(draft)}>
            {isStarting ? <span className="spinner" aria-hidden /> : <ScanSearch aria-hidden />}
            {isStarting ? words.starting : words.analyse}
          </button>
        </div>
      </form>
    </>
  );
}

function withoutAnalysis(): Draft {
  const draft = keptDraft();
  return draft.from === "analysis" ? { ...draft, from: "text" } : draft;
}

function requestOf({ from, text, documentIds, language, modelId }: Draft): [string, object] {
  const said = { ...(language.trim() && { language: language.trim() }), model_id: modelId, stream: true };
  return from === "documents"
    ? ["api/v1/exercises/analyze-file", { document_id: documentIds[0], ...said }]
    : ["api/v1/exercises/analyze", { text, ...said }];
}
