// The cases that an edge was seen in.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useClock } from "../behaviour/clock";
import { useWords } from "../language/language";
import { ErrorNote, Loading } from "../ui/feedback";
import { cases } from "./answers";
import { type Step, stepsOf } from "./evidence";
import type { Of } from "./scope";
import { WORDS } from "./words";

interface Props {
  ids: readonly string[];
  of: Of;
  userId: string | null;
}

export function Evidence({ ids, of, userId }: Props) {
  const words = useWords(WORDS);
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ["graphs", "evidence", of, userId, ids],
    queryFn: () => stepsOf(client, ids, of, userId),
    structuralSharing: false, // a Map
  });
  const isMissing = data && ids.some((id) => !data.has(id));
  return (
    <section className="stack" aria-label={words.evidence}>
      <h4>{words.evidence}</h4>
      <p className="soft small">{ids.length ? words.evidenceHint : words.noEvidence}</p>
      {error && <ErrorNote error={error} onRetry={() => refetch()} />}
      {!data && !error && ids.length > 0 && <Loading />}
      {data && (
        <ol className="graph-evidence">
          {cases(ids).map(([cause, effect]) => (
            <li key={`${cause} ${effect}`}>
              <Named id={cause} step={data.get(cause)} isFirst /> →{" "}
              <Named id={effect} step={data.get(effect)} />
            </li>
          ))}
        </ol>
      )}
      {isMissing && <p className="soft small">{words.unresolved}</p>}
    </section>
  );
}

function Named({ id, step, isFirst = false }: { id: string; step: Step | undefined; isFirst?: boolean }) {
  const { full } = useClock();
  if (!step) return <code>{id}</code>;
  return (
    <>
      {isFirst && (
        <>
          <time dateTime={step.time}>
            {full(step.time)} · {step.userId}
          </time>
          <br />
        </>
      )}
      {step.title}
    </>
  );
}
