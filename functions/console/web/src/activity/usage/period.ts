// Periods of usage: days in UTC as the API counts them, written `2026-11-22`.

export const RANGES = ["month", "lastMonth", "week", "quarter", "own"] as const;
export type Range = (typeof RANGES)[number];

export interface Period {
  from: string;
  to: string;
}

export const MOST_DAYS = 400; // the API keeps and answers no more

/** The days of a range that is not chosen by hand. */
export function periodOf(range: Exclude<Range, "own">, today: Date): Period {
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth()];
  const date = today.getUTCDate();
  const periods = {
    month: () => between(utc(year, month, 1), today),
    lastMonth: () => between(utc(year, month - 1, 1), utc(year, month, 0)),
    week: () => between(utc(year, month, date - 6), today),
    quarter: () => between(utc(year, month, date - 89), today),
  };
  return periods[range]();
}

/** Every day from the first to the last; none if they can't be read. */
export function daysOf({ from, to }: Period): string[] {
  const days: string[] = [];
  const last = Date.parse(to);
  for (let at = new Date(from); at.getTime() <= last && days.length <= MOST_DAYS; ) {
    days.push(iso(at));
    at = utc(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 1);
  }
  return days;
}

function between(first: Date, last: Date): Period {
  return { from: iso(first), to: iso(last) };
}

function utc(year: number, month: number, date: number): Date {
  return new Date(Date.UTC(year, month, date));
}

function iso(date: Date): string {
  return date.toISOString().slice(0, 10);
}
