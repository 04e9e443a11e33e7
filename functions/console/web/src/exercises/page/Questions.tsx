// The questions of an exercise, up to five hundred: the first at once, the others while the page stays usable.
import { useDeferredValue } from "react";
import { useWords } from "../../language/language";
import { Note } from "../../ui/feedback";
import type { ExerciseDetail } from "../kinds";
import { QuestionCard } from "./QuestionCard";
import { WORDS } from "./words";

const AT_ONCE = 12;

export function Questions({ exercise: { id, items, origin } }: { exercise: ExerciseDetail }) {
  const words = useWords(WORDS);
  const shown = useDeferredValue(items, items.slice(0, AT_ONCE));
  if (!items.length) return <Note>{words.empty}</Note>;
  return (
    <ol className="exercises-questions">
      {shown.map((question, at) => (
        <QuestionCard
          key={question.id}
          exerciseId={id}
          number={at + 1}
          question={question}
          hasMaterial={origin === "generated"}
        />
      ))}
    </ol>
  );
}
