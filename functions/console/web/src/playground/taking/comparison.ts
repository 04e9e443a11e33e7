// Which column did best, figure by figure.
import type { Metrics } from "../../api/run";

export type Figure = "firstToken" | "speed" | "duration" | "cost";

interface Judged {
  value: (metrics: Metrics) => number | null | undefined;
  isBetter: (one: number, other: number) => boolean;
}

const less = (one: number, other: number) => one < other;
const more = (one: number, other: number) => one > other;

const JUDGED: Record<Figure, Judged> = {
  firstToken: { value: (metrics) => metrics.ttft_ms, isBetter: less },
  speed: { value: (metrics) => metrics.tokens_per_second, isBetter: more },
  duration: { value: (metrics) => metrics.duration_ms, isBetter: less },
  cost: { value: (metrics) => metrics.cost, isBetter: less },
};

/** The places of those that nobody beats; none where all are alike, or fewer than two are known. */
export function best(figure: Figure, all: readonly Metrics[]): number[] {
  const { value, isBetter } = JUDGED[figure];
  const known = all.map(value);
  const numbers = known.filter((one) => one != null);
  if (numbers.length < 2 || (figure === "cost" && !isOneCurrency(all))) return [];
  const first = numbers.reduce((one, other) => (isBetter(other, one) ? other : one));
  if (numbers.every((one) => one === first)) return [];
  return known.flatMap((one, at) => (one === first ? [at] : []));
}

function isOneCurrency(all: readonly Metrics[]): boolean {
  return new Set(all.filter((one) => one.cost != null).map((one) => one.currency)).size === 1;
}
