// The request for an exercise while it is put together, and as the API takes it.
import type { Bloom, Difficulty, Kind } from "../kinds";

export type From = "text" | "documents" | "analysis";

export interface Draft {
  from: From;
  text: string;
  documentIds: string[];
  title: string;
  counts: Partial<Record<Kind, number>>;
  difficulty: Difficulty | "";
  bloom: Bloom[];
  language: string;
  instructions: string;
  useDocuments: boolean;
  modelId: number;
}

export const MAX_QUESTIONS = 50;
export const MAX_TEXT = 500_000;
export const MAX_DOCUMENTS = 20;
const KEPT = "freshet.exercise"; // of this tab: who goes back, or reloads, finds it as it was

export const EMPTY: Draft = {
  from: "text",
  text: "",
  documentIds: [],
  title: "",
  counts: { single_choice: 4, true_false: 3, cloze: 3 },
  difficulty: "",
  bloom: [],
  language: "",
  instructions: "",
  useDocuments: false,
  modelId: 1,
};

export const total = (counts: Draft["counts"]): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export function isComplete(draft: Draft, analysisId = ""): boolean {
  const count = total(draft.counts);
  return hasMaterial(draft, analysisId) && count > 0 && count <= MAX_QUESTIONS;
}

export function hasMaterial({ from, text, documentIds }: Draft, analysisId = ""): boolean {
  return { text: text.trim() !== "", documents: documentIds.length > 0, analysis: analysisId !== "" }[from];
}

/** The body of `POST /api/v1/exercises/generate`. What was left empty is left to the API. */
export function generateBody(draft: Draft, analysisId = ""): Record<string, unknown> {
  const material = {
    text: { text: draft.text },
    documents: { document_ids: draft.documentIds },
    analysis: { analysis_id: analysisId },
  }[draft.from];
  const said = {
    title: draft.title.trim(),
    difficulty: draft.difficulty,
    language: draft.language.trim(),
    instructions: draft.instructions.trim(),
  };
  return {
    ...material,
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value)),
    types: Object.fromEntries(Object.entries(draft.counts).filter(([, count]) => count > 0)),
    bloom: draft.bloom,
    use_documents: draft.useDocuments,
    model_id: draft.modelId,
    stream: true,
  };
}

export function keptDraft(): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Partial<Draft>) };
  } catch {
    return EMPTY;
  }
}

export function keepDraft(draft: Draft): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(draft));
  } catch {
    // A text too long for the browser's storage is gone after a reload; nothing else is.
  }
}
