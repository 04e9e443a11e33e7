// What became of one question of an attempt.
import { PencilLine } from "lucide-react";
import { memo, useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge, Note } from "../../ui/feedback";
import type { Attempt, Question, Result } from "../kinds";
import { withLines } from "../question/gaps";
import { Labelled } from "../question/Keyed";
import { Stem } from "../question/Stem";
import { WORDS as SHARED } from "../words";
import { Criteria } from "./Criteria";
import { OverrideForm } from "./OverrideForm";
import { answerLines, keyLines } from "./said";
import { TONES, verdictOf } from "./verdict";
import { WORDS } from "./words";

interface Props {
  number: number;
  result: Result;
  /** As it was when it was answered; it may have been changed since. */
  question: Question | undefined;
  /** Whose mark can be changed; practice is not marked by hand. */
  attempt?: Pick<Attempt, "id" | "exercise_id">;
  /** The feedback that is being written; null if none is. */
  writing: string | null;
}

export const ResultCard = memo(({ number, result, question, attempt, writing }: Props) => {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const { number: figure } = useFormats();
  const [isChanging, setChanging] = useState(false);
  const isUnanswered = verdictOf(result) === "unanswered";
  return (
    <li className="card stack exercises-question">
      <div className="row spread">
        <div className="row">
          <h2 className="exercises-number">{shared.number(number)}</h2>
          <VerdictBadge result={result} isWriting={writing !== null} />
          <span className="small">{words.score(figure(result.score, 2), figure(result.max_score, 2))}</span>
          {!isUnanswered && <span className="soft small">{words.by[result.graded_by]}</span>}
        </div>
        {attempt && !isChanging && (
          <button
            type="button"
            className="plain small"
            aria-label={words.changeNumber(number)}
            onClick={() => setChanging(true)}
          >
            <PencilLine aria-hidden />
            {words.change}
          </button>
        )}
      </div>
      {isChanging && attempt && (
        <OverrideForm result={result} attempt={attempt} onClose={() => setChanging(false)} />
      )}
      <Stem text={withLines(result.question)} />
      <Answers result={result} question={question} />
      <Said result={result} writing={writing} />
    </li>
  );
});

export function VerdictBadge({ result, isWriting }: { result: Result; isWriting: boolean }) {
  const words = useWords(WORDS);
  const verdict = verdictOf(result);
  const isWaiting = verdict === "notGraded" && (isWriting || !result.problem);
  return <Badge tone={TONES[verdict]}>{isWaiting ? words.waiting : words[verdict]}</Badge>;
}

function Answers({ result, question }: { result: Result; question: Question | undefined }) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const said = answerLines(result, question, shared);
  const key = keyLines(result, question, shared);
  return (
    <>
      <Labelled label={words.yourAnswer}>
        {said.length ? <Lines lines={said} /> : <span className="soft">{words.unanswered}</span>}
      </Labelled>
      {key.length > 0 && result.score < result.max_score && result.graded_by !== "nobody" && (
        <Labelled label={result.type === "essay" ? words.sample : words.rightAnswer}>
          <Lines lines={key} />
        </Labelled>
      )}
    </>
  );
}

function Lines({ lines }: { lines: string[] }) {
  return lines.map((line, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one answer, which may say the same twice
    <p key={at} className="exercises-text" dir="auto">
      {line}
    </p>
  ));
}

function Said({ result, writing }: { result: Result; writing: string | null }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const { override, problem, criteria, feedback, explanation, flags } = result;
  return (
    <>
      {writing !== null && (
        <Labelled label={words.feedback}>
          <p className="exercises-text" aria-busy="true" dir="auto">
            {writing || <span className="spinner" aria-hidden />}
          </p>
        </Labelled>
      )}
      {feedback && (
        <Labelled label={words.feedback}>
          <Stem text={feedback} />
        </Labelled>
      )}
      {criteria && criteria.length > 0 && <Criteria criteria={criteria} />}
      {flags?.includes("addresses_grader") && <Note tone="warn">{words.flags.addresses_grader}</Note>}
      {problem && <Note tone="bad">{String(problem.detail ?? problem.title ?? words.notGraded)}</Note>}
      {explanation && result.graded_by !== "nobody" && (
        <Labelled label={words.explanation}>
          <Stem text={explanation} />
        </Labelled>
      )}
      {override && (
        <p className="small soft">
          {words.before(number(override.before, 2), words.by[override.graded_by] || words.notGraded)}
          {override.comment && ` · ${override.comment}`}
        </p>
      )}
    </>
  );
}
