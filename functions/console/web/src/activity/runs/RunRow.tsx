import { Link } from "wouter";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { WORDS as SHARED } from "../words";
import { RunActions } from "./RunActions";
import { costOf, durationOf, type RunRecord } from "./records";
import { StateBadge } from "./StateBadge";
import { WORDS } from "./words";

export function RunRow({ run }: { run: RunRecord }) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const { time, duration, number, money } = useFormats();
  const capability = shared.capability(run.capability);
  const tokens = run.usage?.total_tokens;
  return (
    <div className="activity-run">
      <StateBadge status={run.status} />
      <Link className="activity-run-name" href={`/activity/runs/${run.id}`}>
        <span className="clip">{capability}</span>
        <time className="soft small" dateTime={run.created_at}>
          {time(run.created_at)}
        </time>
      </Link>
      <span className="activity-run-figures soft small">
        <span>{duration(durationOf(run, Date.now()))}</span>
        {tokens != null && <span>{words.tokens(number(tokens))}</span>}
        {costOf(run) != null && <span>{money(costOf(run))}</span>}
      </span>
      <span className="activity-run-actions">
        {run.retried_by && (
          <Link className="small" href={`/activity/runs/${run.retried_by}`}>
            {words.retried}
          </Link>
        )}
        <RunActions run={run} />
      </span>
    </div>
  );
}
