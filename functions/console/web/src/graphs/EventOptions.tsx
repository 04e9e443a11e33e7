// What the event graph is made of. A view says that itself: then only the period and the amount are asked for.
import { useWords } from "../language/language";
import { Field } from "../ui/Field";
import { Period } from "./Period";
import { BYS, LIMITS, type Scope } from "./scope";
import { WORDS } from "./words";

interface Props {
  scope: Scope;
  onScope: (scope: Scope) => void;
}

export function EventOptions({ scope, onScope }: Props) {
  const words = useWords(WORDS);
  return (
    <details className="card">
      <summary>{words.options}</summary>
      <div className="graph-options">
        {!scope.view && <MadeOf scope={scope} onScope={onScope} />}
        <Field label={words.minCount}>
          {(tied) => (
            <input
              {...tied}
              type="number"
              min={1}
              value={scope.minCount}
              onChange={(event) =>
                onScope({ ...scope, minCount: Math.max(1, event.target.valueAsNumber || 1) })
              }
            />
          )}
        </Field>
        <Field label={words.limit}>
          {(tied) => (
            <select
              {...tied}
              value={scope.limit}
              onChange={(event) => onScope({ ...scope, limit: Number(event.target.value) })}
            >
              {LIMITS.map((limit) => (
                <option key={limit}>{limit}</option>
              ))}
            </select>
          )}
        </Field>
        <Period limits={scope} onLimits={onScope} />
      </div>
    </details>
  );
}

/** Of and by, which go together: titles are of events, objects of behaviours. */
export function MadeOf<Made extends Pick<Scope, "of" | "by">>({
  scope,
  onScope,
}: {
  scope: Made;
  onScope: (scope: Made) => void;
}) {
  const words = useWords(WORDS);
  return (
    <>
      <Field label={words.of}>
        {(tied) => (
          <select
            {...tied}
            value={scope.of}
            onChange={(event) => onScope({ ...scope, of: event.target.value as Scope["of"], by: "auto" })}
          >
            {(["auto", "events", "behaviors"] as const).map((of) => (
              <option key={of} value={of}>
                {words.ofs[of]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={words.by}>
        {(tied) => (
          <select
            {...tied}
            value={scope.by}
            onChange={(event) => onScope({ ...scope, by: event.target.value as Scope["by"] })}
          >
            {(["auto", ...BYS[scope.of]] as const).map((by) => (
              <option key={by} value={by}>
                {words.bys[by]}
              </option>
            ))}
          </select>
        )}
      </Field>
    </>
  );
}
