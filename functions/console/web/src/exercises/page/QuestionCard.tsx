// A question of an exercise, and what can be done with it: it is edited, and written anew, in its place.
import { useQueryClient } from "@tanstack/react-query";
import { PencilLine, RefreshCw } from "lucide-react";
import { memo, useState } from "react";
import { useWords } from "../../language/language";
import { useToasts } from "../../ui/toasts";
import { QuestionEditor } from "../editing/QuestionEditor";
import type { Question } from "../kinds";
import { replaceQuestion } from "../queries";
import { Keyed } from "../question/Keyed";
import { QuestionDetails } from "../question/QuestionDetails";
import { QuestionHead } from "../question/QuestionHead";
import { Regeneration } from "./Regeneration";
import { WORDS } from "./words";

interface Props {
  exerciseId: string;
  number: number;
  question: Question;
  /** What was imported has none, and nothing can be written anew from it. */
  hasMaterial: boolean;
}

export const QuestionCard = memo(({ exerciseId, number, question, hasMaterial }: Props) => {
  const words = useWords(WORDS);
  const client = useQueryClient();
  const { say } = useToasts();
  const [doing, setDoing] = useState<"" | "editing" | "regenerating">("");
  const close = () => setDoing("");
  const replace = (next: Question) => {
    replaceQuestion(client, exerciseId, next);
    close();
  };
  if (doing === "editing")
    return (
      <li className="card stack exercises-question">
        <QuestionEditor
          exerciseId={exerciseId}
          number={number}
          question={question}
          onSaved={replace}
          onCancel={close}
        />
      </li>
    );
  return (
    <li className="card stack exercises-question">
      <div className="row spread">
        <QuestionHead number={number} question={question} difficulty />
        <div className="row">
          <button
            type="button"
            className="plain small"
            aria-label={words.editNumber(number)}
            onClick={() => setDoing("editing")}
          >
            <PencilLine aria-hidden />
            {words.edit}
          </button>
          {hasMaterial && (
            <button
              type="button"
              className="plain small"
              aria-label={words.regenerateNumber(number)}
              aria-expanded={doing === "regenerating"}
              onClick={() => setDoing(doing ? "" : "regenerating")}
            >
              <RefreshCw aria-hidden />
              {words.regenerate}
            </button>
          )}
        </div>
      </div>
      {doing === "regenerating" && (
        <Regeneration
          exerciseId={exerciseId}
          question={question}
          onDone={(next) => {
            replace(next);
            say(words.replaced);
          }}
          onCancel={close}
        />
      )}
      <Keyed question={question} />
      <QuestionDetails question={question} />
    </li>
  );
});
