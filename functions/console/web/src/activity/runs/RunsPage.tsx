import { ListChecks, RefreshCw } from "lucide-react";
import { useCallback } from "react";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { WORDS as SHARED } from "../words";
import { RunList } from "./RunList";
import { RunRow } from "./RunRow";
import { goesOn } from "./records";
import { useRuns } from "./useRuns";
import { WORDS } from "./words";

export function RunsPage() {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const { runs, error, isLoading, isRefreshing, hasOlder, isLoadingOlder, loadOlder, refresh, reload } =
    useRuns();
  const nearEnd = useCallback(() => {
    if (hasOlder && !isLoadingOlder && !error) loadOlder();
  }, [hasOlder, isLoadingOlder, error, loadOlder]);
  if (isLoading) return <Loading />;
  const now = runs.filter(goesOn);
  const before = runs.filter((run) => !goesOn(run));
  return (
    <div className="stack loose">
      <div className="row spread">
        <p className="soft small">{words.kept}</p>
        <button type="button" className="small" disabled={isRefreshing} onClick={refresh}>
          <RefreshCw aria-hidden />
          {shared.refresh}
        </button>
      </div>
      {error && <ErrorNote error={error} onRetry={reload} />}
      {!error && runs.length === 0 && (
        <Empty icon={ListChecks} title={words.none}>
          <p>{words.noneHint}</p>
        </Empty>
      )}
      {now.length > 0 && (
        <section className="stack">
          <h2>{words.now}</h2>
          <ul className="activity-list card" aria-label={words.now}>
            {now.map((run) => (
              <li key={run.id}>
                <RunRow run={run} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {before.length > 0 && (
        <section className="stack">
          {now.length > 0 && <h2>{words.before}</h2>}
          <div className="card activity-card">
            <RunList runs={before} label={words.before} onNearEnd={nearEnd} />
          </div>
          {isLoadingOlder && <Loading />}
          {hasOlder && !isLoadingOlder && (
            <button type="button" onClick={loadOlder}>
              {words.more}
            </button>
          )}
        </section>
      )}
    </div>
  );
}
