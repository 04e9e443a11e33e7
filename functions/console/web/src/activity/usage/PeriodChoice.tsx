import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { type Period, periodOf, RANGES, type Range } from "./period";
import { WORDS } from "./words";

interface Props {
  range: Range;
  period: Period;
  onChange: (range: Range, period: Period) => void;
}

export function PeriodChoice({ range, period, onChange }: Props) {
  const words = useWords(WORDS);
  const choose = (next: Range) => onChange(next, next === "own" ? period : periodOf(next, new Date()));
  return (
    <div className="activity-period">
      <Field label={words.range}>
        {(tied) => (
          <select {...tied} value={range} onChange={(event) => choose(event.target.value as Range)}>
            {RANGES.map((one) => (
              <option key={one} value={one}>
                {words.ranges[one]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {range === "own" &&
        (["from", "to"] as const).map((end) => (
          <Field key={end} label={words[end]}>
            {(tied) => (
              <input
                {...tied}
                type="date"
                required
                value={period[end]}
                onChange={(event) =>
                  event.target.value && onChange("own", { ...period, [end]: event.target.value })
                }
              />
            )}
          </Field>
        ))}
      <p className="soft small">{words.utc}</p>
    </div>
  );
}
