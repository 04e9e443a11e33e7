import type { Schemas } from "../../api/client";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge, Note } from "../../ui/feedback";
import { KINDS } from "../kinds";
import { SourceQuote } from "../question/SourceQuote";
import { WORDS as SHARED } from "../words";
import { WORDS } from "./words";

type Analysis = Schemas["Analysis"];

export function AnalysisResult({ analysis }: { analysis: Analysis }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  return (
    <div className="stack loose">
      <Summary analysis={analysis} />
      {analysis.failed_parts > 0 && <Note tone="warn">{words.failedParts(analysis.failed_parts)}</Note>}
      {analysis.concepts.length > 0 && (
        <section className="stack">
          <h2>{words.concepts}</h2>
          <ul className="row exercises-chips">
            {analysis.concepts.map(({ name, count }) => (
              <li key={name} title={words.times(count)}>
                <Badge>
                  {name}
                  {count > 0 && <span className="hidden"> ({words.times(count)})</span>}
                  {count > 0 && <span aria-hidden> {number(count)}</span>}
                </Badge>
              </li>
            ))}
          </ul>
        </section>
      )}
      <KeyPoints points={analysis.key_points} />
      {!analysis.key_points.length && <Note>{words.noPoints}</Note>}
    </div>
  );
}

function Summary({ analysis: { level, difficulty, language, suggested, covered } }: { analysis: Analysis }) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const { percent } = useFormats();
  const kinds = KINDS.filter((kind) => suggested[kind]);
  const rows: [string, string][] = [
    [words.level, shared.level[level]],
    [words.difficultyIs, shared.difficulty[difficulty]],
    [words.languageIs, language],
    [words.read, percent(covered)],
    [words.suggested, kinds.map((kind) => `${shared.kind[kind]} × ${suggested[kind]}`).join(", ")],
  ];
  return (
    <dl className="card exercises-summary">
      {rows
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

export function KeyPoints({ points }: { points: readonly Schemas["KeyPoint"][] }) {
  const words = useWords(WORDS);
  if (!points.length) return null;
  return (
    <section className="stack">
      <h2>{words.keyPoints}</h2>
      <ol className="exercises-points">
        {points.map(({ text, concepts, source }) => (
          <li key={text} className="card stack exercises-point">
            <p dir="auto">{text}</p>
            {source && <SourceQuote place={source} />}
            {concepts && concepts.length > 0 && (
              <div className="row">
                {concepts.map((name) => (
                  <Badge key={name}>{name}</Badge>
                ))}
              </div>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
