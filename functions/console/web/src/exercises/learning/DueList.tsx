import { useQuery } from "@tanstack/react-query";
import { CalendarCheck, Dumbbell } from "lucide-react";
import { Link } from "wouter";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { dueQuery } from "../queries";
import { WORDS } from "./words";

export function DueList() {
  const words = useWords(WORDS);
  const { percent, time } = useFormats();
  const { data: due, error, refetch } = useQuery(dueQuery);
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!due) return <Loading />;
  if (!due.items.length)
    return (
      <Empty icon={CalendarCheck} title={words.nothingDue}>
        <p>{words.nothingDueHint}</p>
      </Empty>
    );
  return (
    <div className="stack">
      <div className="row spread">
        <p className="soft">{words.dueOf(due.items.length, due.total)}</p>
        {due.items.some(({ questions }) => questions.length) && (
          <Link className="button exercises-primary" href="/exercises/practice">
            <Dumbbell aria-hidden />
            {words.practise}
          </Link>
        )}
      </div>
      <ul className="exercises-list">
        {due.items.map(({ concept, retrievability, last_practised, questions }) => (
          <li key={concept} className="card exercises-row">
            <div className="stack exercises-tight exercises-row-main">
              <h2>{concept}</h2>
              <p className="soft small">
                {words.last}: {time(last_practised)} ·{" "}
                {questions.length ? words.questions(questions.length) : words.noQuestions}
              </p>
            </div>
            <Recall share={retrievability} label={words.known} said={percent(retrievability)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Recall({ share, label, said }: { share: number; label: string; said: string }) {
  return (
    <span className="exercises-recall">
      <meter min={0} max={1} value={share} aria-label={label} />
      <span>{said}</span>
    </span>
  );
}
