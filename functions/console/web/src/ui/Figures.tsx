// What a generation took: time, tokens, cost.
import type { Metrics } from "../api/run";
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { WORDS } from "./words";

export function Figures({ metrics }: { metrics: Metrics }) {
  const words = useWords(WORDS);
  const { number, duration, money } = useFormats();
  if (metrics.duration_ms === undefined) return null;
  const guessed = metrics.estimated ? ` (${words.estimated})` : "";
  const rows: [string, string][] = [
    [words.firstToken, duration(metrics.ttft_ms)],
    [words.duration, duration(metrics.duration_ms)],
    [words.speed, number(metrics.tokens_per_second, 1)],
    [words.tokens, `${number(metrics.prompt_tokens)} / ${number(metrics.completion_tokens)}${guessed}`],
    [words.cost, money(metrics.cost, metrics.currency)],
    [words.attempts, number(metrics.attempts)],
  ];
  return (
    <dl className="figures">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
