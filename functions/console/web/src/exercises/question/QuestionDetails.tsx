// What stands below a question for those who teach: why the key is right, where it is said, what it trains.
import { useWords } from "../../language/language";
import { Badge } from "../../ui/feedback";
import type { Question } from "../kinds";
import { Labelled } from "./Keyed";
import { SourceQuote } from "./SourceQuote";
import { Stem } from "./Stem";
import { WORDS } from "./words";

export function QuestionDetails({ question: { explanation, source, concepts } }: { question: Question }) {
  const words = useWords(WORDS);
  const isQuoteOnly = source && explanation.trim() === source.quote.trim();
  return (
    <div className="exercises-details">
      {explanation && !isQuoteOnly && (
        <Labelled label={words.explanation}>
          <Stem text={explanation} />
        </Labelled>
      )}
      {source && (
        <Labelled label={words.source}>
          <SourceQuote place={source} />
        </Labelled>
      )}
      {concepts.length > 0 && (
        <Labelled label={words.concepts}>
          <div className="row">
            {concepts.map((name) => (
              <Badge key={name}>{name}</Badge>
            ))}
          </div>
        </Labelled>
      )}
    </div>
  );
}
