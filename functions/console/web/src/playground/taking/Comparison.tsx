// The figures of the columns below each other, the best of each marked.
import { Star } from "lucide-react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import type { ColumnState } from "../chat/Column";
import type { ColumnName } from "../settings/setup";
import { WORDS } from "../words";
import { best, type Figure } from "./comparison";

export type Compared = ColumnState & { name: ColumnName };

export function Comparison({ columns }: { columns: readonly Compared[] }) {
  const words = useWords(WORDS);
  const { number, duration, money } = useFormats();
  const ended = columns.filter(({ phase, metrics }) => phase === "done" && metrics.duration_ms !== undefined);
  if (ended.length < 2) return null;
  const all = ended.map(({ metrics }) => metrics);
  const judged: [Figure, (at: number) => string][] = [
    ["firstToken", (at) => duration(all[at]?.ttft_ms)],
    ["speed", (at) => number(all[at]?.tokens_per_second, 1)],
    ["duration", (at) => duration(all[at]?.duration_ms)],
    ["cost", (at) => money(all[at]?.cost, all[at]?.currency)],
  ];
  return (
    <div className="card stack">
      <h2>{words.comparison}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys */}
      <section className="scroll" tabIndex={0} aria-label={words.comparison}>
        <table className="playground-comparison">
          <thead>
            <tr>
              <th scope="col">{words.columnHead}</th>
              {judged.map(([figure]) => (
                <th scope="col" className="number" key={figure}>
                  {words[figure]}
                </th>
              ))}
              <th scope="col" className="number">
                {words.tokens}
              </th>
              <th scope="col" className="number">
                {words.attempts}
              </th>
            </tr>
          </thead>
          <tbody>
            {ended.map(({ name, model, metrics }, at) => (
              <tr key={name}>
                <th scope="row">
                  {name} <span className="soft">{model}</span>
                </th>
                {judged.map(([figure, shown]) => (
                  <td className="number" key={figure}>
                    {best(figure, all).includes(at) && <Best />}
                    {shown(at)}
                  </td>
                ))}
                <td className="number">
                  {number(metrics.prompt_tokens)} / {number(metrics.completion_tokens)}
                </td>
                <td className="number">{number(metrics.attempts)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function Best() {
  const words = useWords(WORDS);
  return (
    <span className="playground-best">
      <Star aria-hidden /> {words.best}
    </span>
  );
}
