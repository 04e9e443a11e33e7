// What the event graph is asked for: the options of the form, as the API's parameters.

export type Of = "events" | "behaviors";
export type By = "type" | "title" | "action" | "object" | "tag";

export interface Scope {
  of: Of | "auto";
  by: By | "auto";
  minCount: number;
  limit: number;
  /** Days, `2026-03-02`; both are part of the period. */
  from: string;
  to: string;
  /** The name of a view: it says itself what it is of and by. */
  view: string;
}

export const WHOLE: Scope = { of: "auto", by: "auto", minCount: 1, limit: 500, from: "", to: "", view: "" };
export const LIMITS = [100, 500, 2_000, 5_000];

/** What steps can be grouped by. */
export const BYS: Record<Scope["of"], readonly By[]> = {
  auto: ["type", "title", "action", "object", "tag"],
  events: ["type", "title", "tag"],
  behaviors: ["action", "object", "tag"],
};

export interface GraphQuery {
  user_id?: string;
  of?: Of;
  by?: By;
  min_count: number;
  limit: number;
  start?: string;
  end?: string;
  view?: string;
}

export function queryOf(scope: Scope, userId: string | null): GraphQuery {
  const { of, by, view, from, to } = scope;
  return {
    ...(userId !== null && { user_id: userId }),
    ...(!view && of !== "auto" && { of }),
    ...(!view && by !== "auto" && { by }),
    ...(view && { view }),
    ...(from && { start: midnight(from, 0) }),
    ...(to && { end: midnight(to, 1) }),
    min_count: scope.minCount,
    limit: scope.limit,
  };
}

/** In this machine's zone, so many days later. */
export function midnight(day: string, later: number): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

export function searchOf(query: GraphQuery): string {
  return new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
}
