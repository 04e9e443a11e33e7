// Where a question comes from: the words of the source, and the way to them.
import { useMutation } from "@tanstack/react-query";
import { FileText } from "lucide-react";
import { useLocation } from "wouter";
import { Failure } from "../../api/failure";
import { pathOf } from "../../documents/place/locate";
import { useWords } from "../../language/language";
import { ErrorNote, Note } from "../../ui/feedback";
import type { Place } from "../kinds";
import { WORDS } from "./words";

export function SourceQuote({ place }: { place: Place }) {
  const words = useWords(WORDS);
  const [, navigate] = useLocation();
  const found = useMutation({ mutationFn: () => pathOf(place), onSuccess: (path) => navigate(path) });
  const where = [place.filename, place.page && words.page(place.page), ...place.heading].filter(Boolean);
  const isGone = found.error instanceof Failure && found.error.status === 404;
  return (
    <figure className="exercises-quote">
      <blockquote dir="auto">{place.quote}</blockquote>
      {place.document_id && (
        <figcaption className="row small soft">
          <span>{where.join(" · ")}</span>
          <button
            type="button"
            className="plain small"
            disabled={found.isPending}
            onClick={() => found.mutate()}
          >
            {found.isPending ? <span className="spinner" aria-hidden /> : <FileText aria-hidden />}
            {words.show}
          </button>
        </figcaption>
      )}
      {found.error && (isGone ? <Note tone="warn">{words.gone}</Note> : <ErrorNote error={found.error} />)}
    </figure>
  );
}
