// A question with its key, as those who teach see it.
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import type { Question } from "../kinds";
import { FilledStem, Stem, Truth } from "./Stem";
import { WORDS } from "./words";

type Of<Type extends Question["type"]> = Extract<Question, { type: Type }>;

export function Keyed({ question }: { question: Question }) {
  if (question.type === "cloze") return <Blanks question={question} />;
  return (
    <>
      <Stem text={question.question} />
      <Key question={question} />
    </>
  );
}

function Key({ question }: { question: Exclude<Question, { type: "cloze" }> }) {
  const words = useWords(WORDS);
  switch (question.type) {
    case "single_choice":
    case "multiple_choice":
      return <Options question={question} />;
    case "true_false":
      return (
        <Labelled label={words.answer}>
          <Truth value={question.answer} />
        </Labelled>
      );
    case "numeric":
      return <Numbers question={question} />;
    case "short_answer":
      return (
        <>
          <Labelled label={words.accepted}>{question.accepted.map(({ text }) => text).join(" / ")}</Labelled>
          <Rubric rubric={question.rubric} />
        </>
      );
    case "matching":
      return <Pairs question={question} />;
    case "ordering":
      return <Order question={question} />;
    case "essay":
      return (
        <>
          <Rubric rubric={question.rubric} />
          {question.sample && (
            <Labelled label={words.sample}>
              <Stem text={question.sample} />
            </Labelled>
          )}
        </>
      );
  }
}

export function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="exercises-labelled">
      <span className="soft small">{label}</span>
      <div>{children}</div>
    </div>
  );
}

function Options({ question: { options } }: { question: Of<"single_choice" | "multiple_choice"> }) {
  const words = useWords(WORDS);
  return (
    <ul className="exercises-options">
      {options.map(({ id, text, credit, feedback }) => (
        <li key={id} className={credit > 0 ? "right" : ""}>
          <span className="exercises-letter" aria-hidden>
            {id}
          </span>
          <div>
            <Stem text={text} />
            {feedback && <p className="small soft">{feedback}</p>}
          </div>
          {credit > 0 && (
            <span className="good small exercises-mark">
              <Check aria-hidden />
              {words.right}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Blanks({ question: { question, blanks } }: { question: Of<"cloze"> }) {
  const words = useWords(WORDS);
  const answers = Object.fromEntries(blanks.map(({ id, accepted }) => [id, accepted[0]?.text ?? ""]));
  const several = blanks.filter(({ accepted }) => accepted.length > 1);
  return (
    <>
      <FilledStem text={question} answers={answers} />
      {several.map(({ id, accepted }) => (
        <Labelled key={id} label={words.gap(id)}>
          {accepted.map(({ text }) => text).join(" / ")}
        </Labelled>
      ))}
    </>
  );
}

function Numbers({ question: { accepted, unit } }: { question: Of<"numeric"> }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const said = accepted.map(({ value, tolerance }) =>
    [number(value, 12), unit, tolerance ? words.within(number(tolerance, 12)) : ""].filter(Boolean).join(" "),
  );
  return (
    <Labelled label={words.answer}>
      <strong>{said.join(" / ")}</strong>
    </Labelled>
  );
}

function Pairs({ question: { pairs, distractors } }: { question: Of<"matching"> }) {
  const words = useWords(WORDS);
  return (
    <>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{words.left}</th>
              <th scope="col">{words.belongs}</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map(({ id, left, right }) => (
              <tr key={id}>
                <td>{left}</td>
                <td>{right}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {distractors.length > 0 && (
        <Labelled label={words.spare}>{distractors.map(({ text }) => text).join(" / ")}</Labelled>
      )}
    </>
  );
}

function Order({ question: { entries } }: { question: Of<"ordering"> }) {
  const words = useWords(WORDS);
  return (
    <Labelled label={words.order}>
      <ol>
        {entries.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ol>
    </Labelled>
  );
}

function Rubric({ rubric }: { rubric: Of<"essay">["rubric"] }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  if (!rubric.length) return null;
  return (
    <Labelled label={words.rubric}>
      <ul>
        {rubric.map(({ id, text, points }) => (
          <li key={id}>
            {text} <span className="soft">({number(points, 2)})</span>
          </li>
        ))}
      </ul>
    </Labelled>
  );
}
