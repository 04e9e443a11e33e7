// Where no question was asked yet: what one can ask, or how to come by documents first.
import { useQuery } from "@tanstack/react-query";
import { FileText, MessageCircleQuestion } from "lucide-react";
import { Link } from "wouter";
import { answered, api } from "../api/client";
import { useLanguage, useWords } from "../language/language";
import { Empty, ErrorNote } from "../ui/feedback";
import { samplesFor } from "./samples";
import { WORDS } from "./words";

const LOOKED_AT = 100; // documents: the demo's are among a new stack's first

export function Welcome({ onAsk }: { onAsk: (question: string) => void }) {
  const words = useWords(WORDS);
  const { language } = useLanguage();
  const { data, error, refetch } = useQuery({
    queryKey: ["ask", "documents"],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/documents", { params: { query: { limit: LOOKED_AT } }, signal })),
  });
  if (error) return <ErrorNote error={error} onRetry={refetch} />;
  if (data?.items.length === 0)
    return (
      <Empty icon={FileText} title={words.noDocuments}>
        <p>{words.noDocumentsHint}</p>
        <Link className="button" href="/documents">
          {words.addDocuments}
        </Link>
      </Empty>
    );
  const names = data?.items.map(({ filename }) => filename) ?? [];
  const samples = samplesFor(names, language);
  return (
    <div className="ask-welcome">
      <MessageCircleQuestion aria-hidden />
      <h2>{words.welcome}</h2>
      <p className="soft">{words.welcomeHint}</p>
      {samples.length > 0 && (
        <section aria-label={words.samples} className="ask-samples">
          {samples.map((sample) => (
            <button key={sample} type="button" onClick={() => onAsk(sample)}>
              {sample}
            </button>
          ))}
        </section>
      )}
    </div>
  );
}
