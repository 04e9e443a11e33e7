// A question's number, and in small what kind of question it is.
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge } from "../../ui/feedback";
import type { Question, Shown } from "../kinds";
import { WORDS } from "../words";

interface Props {
  number: number;
  question: Pick<Question | Shown, "type" | "difficulty" | "points" | "title">;
  /** Learners need not know how hard somebody thought it was. */
  difficulty?: boolean;
}

export function QuestionHead({ number, question, difficulty }: Props) {
  const words = useWords(WORDS);
  const formats = useFormats();
  return (
    <div className="row">
      <h2 className="exercises-number">
        {words.number(number)}
        {question.title && <span className="soft"> · {question.title}</span>}
      </h2>
      <Badge>{words.kind[question.type]}</Badge>
      {difficulty && <Badge>{words.difficulty[question.difficulty]}</Badge>}
      <span className="soft small">{words.points(formats.number(question.points, 2))}</span>
    </div>
  );
}
