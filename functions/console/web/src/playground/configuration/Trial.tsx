// Whether a model answers, asked with a few tokens.
import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { ErrorNote, Note } from "../../ui/feedback";
import { type Trial, triedModel } from "./queries";
import { WORDS } from "./words";

export const useTrial = (id: number) => useMutation({ mutationFn: () => triedModel(id) });

export function TrialNote({ trial: { data, error } }: { trial: UseMutationResult<Trial, Error, void> }) {
  const words = useWords(WORDS);
  const { duration } = useFormats();
  if (error) return <ErrorNote error={error} />;
  if (!data) return null;
  if (!data.ok) return <Note tone="bad">{data.error?.detail}</Note>;
  return (
    <p className="row small good" role="status">
      <CircleCheck aria-hidden size={16} />
      {words.works(duration(data.latency_ms))}
      {data.output && <q className="soft playground-entry-name">{data.output}</q>}
    </p>
  );
}
