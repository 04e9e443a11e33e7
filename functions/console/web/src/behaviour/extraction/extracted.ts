// The result of an extraction as the last event has it.
import type { Schemas } from "../../api/client";
import type { RunEvent } from "../../api/events";

export interface Extracted {
  events: number;
  sessions: number;
  failedSessions: number;
  leftSessions: number;
  /** Share of the rows that are in an event. */
  covered: number;
  rejected: Record<string, number>;
  isPartial: boolean;
  problems: Schemas["SessionProblem"][];
}

export function extracted(final: RunEvent): Extracted {
  const found = final as Partial<Schemas["ExtractedEvents"]>;
  return {
    events: found.event_count ?? 0,
    sessions: found.sessions ?? 0,
    failedSessions: found.failed_sessions ?? 0,
    leftSessions: found.left_sessions ?? 0,
    covered: found.covered ?? 0,
    rejected: found.rejected ?? {},
    isPartial: found.partial ?? false,
    problems: found.problems ?? [],
  };
}
