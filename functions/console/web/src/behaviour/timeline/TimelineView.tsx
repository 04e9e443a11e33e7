// One user's events: found by a model, seen over time, asked about.
import { Waypoints } from "lucide-react";
import { useMemo } from "react";
import { isUnderWay, type Run } from "../../api/run";
import { useRun } from "../../api/useRun";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { AskCard } from "../asking/AskCard";
import { citedBy } from "../asking/citations";
import { ExtractionBar } from "../extraction/ExtractionBar";
import { useExtraction } from "../extraction/useExtraction";
import { Timeline } from "./Timeline";
import { type FoundEvent, useEvents } from "./useEvents";
import { WORDS } from "./words";

export function TimelineView({ user }: { user: string }) {
  const words = useWords(WORDS);
  const kept = useEvents(user);
  const extraction = useExtraction(user);
  const asking = useRun();
  const lit = useLit(asking.run);
  const events = useShown(kept.events, extraction.run);
  const finding = isUnderWay(extraction.run);
  return (
    <div className="stack loose">
      <ExtractionBar extraction={extraction} isKnown={kept.events.length > 0} />
      {kept.error && <ErrorNote error={kept.error} onRetry={kept.refetch} />}
      {kept.isPending && <Loading what={words.loading} />}
      {!kept.isPending && !kept.error && !finding && events.length === 0 && (
        <Empty icon={Waypoints} title={words.none}>
          <p>{words.noneHint}</p>
        </Empty>
      )}
      {events.length > 0 && (
        <Timeline user={user} events={events} lit={lit}>
          {(show) => <AskCard user={user} asking={asking} onCited={show} />}
        </Timeline>
      )}
    </div>
  );
}

/** While events are being found, those; the ones that were known before come first among them. */
function useShown(kept: FoundEvent[], run: Run): FoundEvent[] {
  const isFinding = isUnderWay(run) && run.items.length > 0;
  return useMemo(() => (isFinding ? (run.items as FoundEvent[]) : kept), [isFinding, run.items, kept]);
}

function useLit(run: Run): ReadonlyMap<string, number> {
  const cited = citedBy(run);
  return useMemo(() => new Map(cited.map(({ id, marker }) => [id, marker])), [cited]);
}
