// A bar for each day. It is for the eye only: the table below has the same numbers for everybody.
import { useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { costOf, type Sum, tokensOf } from "./sums";
import { WORDS } from "./words";

type Measure = "tokens" | "calls" | "cost";
const VALUES: Record<Measure, (sum: Sum) => number> = {
  tokens: tokensOf,
  calls: (sum) => sum.calls,
  cost: costOf,
};

export function DayBars({ days, total }: { days: readonly [string, Sum][]; total: Sum }) {
  const words = useWords(WORDS);
  const [currency] = total.costs.keys();
  const measures: Measure[] = total.costs.size === 1 ? ["tokens", "calls", "cost"] : ["tokens", "calls"];
  const [measure, setMeasure] = useState<Measure>("tokens");
  return (
    <section className="card stack">
      <div className="row spread">
        <h2>{words.byDay}</h2>
        <Field label={words.measure}>
          {(tied) => (
            <select {...tied} value={measure} onChange={(event) => setMeasure(event.target.value as Measure)}>
              {measures.map((one) => (
                <option key={one} value={one}>
                  {words.measures[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Bars
        days={days}
        measure={measures.includes(measure) ? measure : "tokens"}
        currency={currency ?? "USD"}
      />
    </section>
  );
}

interface Props {
  days: readonly [string, Sum][];
  measure: Measure;
  currency: string;
}

function Bars({ days, measure, currency }: Props) {
  const { number, money, day: named } = useFormats();
  const measured = VALUES[measure];
  const most = Math.max(...days.map(([, sum]) => measured(sum)), Number.MIN_VALUE);
  const written = (value: number) => (measure === "cost" ? money(value, currency) : number(value));
  const [first, last] = [days[0]?.[0], days.at(-1)?.[0]];
  return (
    <div className="activity-chart" aria-hidden>
      <span className="soft small">{most > Number.MIN_VALUE ? written(most) : ""}</span>
      <div className="activity-bars">
        {days.map(([day, sum]) => (
          <span key={day} className="activity-day" title={`${named(day)}: ${written(measured(sum))}`}>
            <span className="activity-bar" style={{ blockSize: `${(measured(sum) / most) * 100}%` }} />
          </span>
        ))}
      </div>
      <div className="row spread soft small">
        <span>{first && named(first)}</span>
        {last !== first && <span>{last && named(last)}</span>}
      </div>
    </div>
  );
}
