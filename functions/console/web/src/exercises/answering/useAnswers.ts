// The answers of a test, kept in this browser: a reload, or a dead battery, loses none.
import { useCallback, useEffect, useRef, useState } from "react";
import type { Shown } from "../kinds";
import { type Answer, type Answers, keepAnswers, keptAnswers } from "./answers";

const PAUSE_MS = 300; // of typing

export function useAnswers(exerciseId: string, questions: readonly Shown[]) {
  const [answers, setAnswers] = useState<Answers>(() => keptAnswers(exerciseId, questions));
  const newest = useRef(answers);
  newest.current = answers;
  useEffect(() => {
    const timer = setTimeout(() => keepAnswers(exerciseId, answers), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [exerciseId, answers]);
  useEffect(() => {
    const keep = () => keepAnswers(exerciseId, newest.current);
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, [exerciseId]);
  const answer = useCallback(
    (id: string, said: Answer) => setAnswers((before) => ({ ...before, [id]: said })),
    [],
  );
  /** Forgets them at once: they were submitted, or are to be given anew. */
  const clear = useCallback(() => {
    newest.current = {};
    keepAnswers(exerciseId, {});
    setAnswers({});
  }, [exerciseId]);
  return { answers, answer, clear };
}
