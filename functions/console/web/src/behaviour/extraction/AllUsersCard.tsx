// Finds the events of all users in the background: start, how far it is, what failed, stop.
import { Sparkles, Square } from "lucide-react";
import { useId, useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge, ErrorNote, Note, type Tone } from "../../ui/feedback";
import { OptionsForm } from "./OptionsForm";
import { USUAL } from "./options";
import { type AllProgress, isGoing, useAllUsers } from "./useAllUsers";
import { WORDS } from "./words";

export function AllUsersCard() {
  const words = useWords(WORDS);
  const id = useId();
  const [options, setOptions] = useState(USUAL);
  const { progress, start, stop } = useAllUsers();
  const { data, error } = progress;
  const going = isGoing(data) || start.isPending;
  const failure = start.error ?? stop.error ?? (data ? null : error);
  return (
    <section className="card stack" aria-labelledby={id}>
      <h2 id={id}>{words.allTitle}</h2>
      <p className="soft">{words.allLead}</p>
      <div className="row">
        {isGoing(data) ? (
          <button
            type="button"
            disabled={stop.isPending || stop.isSuccess}
            onClick={() => stop.mutate(data?.run_id ?? "")}
          >
            <Square aria-hidden />
            {stop.isPending || stop.isSuccess ? words.stopping : words.stop}
          </button>
        ) : (
          <button
            type="button"
            disabled={going}
            onClick={() => {
              stop.reset();
              start.mutate(options);
            }}
          >
            <Sparkles aria-hidden />
            {words.allFind}
          </button>
        )}
      </div>
      {failure && <ErrorNote error={failure} />}
      {data && data.status !== "idle" && <HowFar progress={data} />}
      {!going && <OptionsForm options={options} onChange={setOptions} />}
    </section>
  );
}

const TONES: Record<AllProgress["status"], Tone> = {
  idle: "",
  queued: "accent",
  running: "accent",
  done: "good",
  failed: "bad",
  stopped: "warn",
};

function HowFar({ progress }: { progress: AllProgress }) {
  const words = useWords(WORDS);
  const { number, duration } = useFormats();
  const { status, users_done, users_total, events, failed, partial, percent, eta_seconds, problems } =
    progress;
  const rows: [string, string][] = [
    [words.users, `${number(users_done)} / ${number(users_total)}`],
    [words.events, number(events)],
    [words.failed, number(failed)],
    [words.partial, number(partial)],
  ];
  if (isGoing(progress) && eta_seconds != null) rows.push([words.left, duration(eta_seconds * 1000)]);
  return (
    <div className="stack">
      <div className="row" role="status">
        <Badge tone={TONES[status]}>{words.status[status]}</Badge>
        <span className="soft">{number(percent, 0)} %</span>
      </div>
      <progress aria-label={words.progress} max={100} value={percent} />
      <dl className="figures">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {problems.length > 0 && <Problems problems={problems} />}
    </div>
  );
}

function Problems({ problems }: { problems: AllProgress["problems"] }) {
  const words = useWords(WORDS);
  return (
    <Note tone="warn">
      <p>{words.problems}</p>
      <ul>
        {problems.map(({ user_id, detail }) => (
          <li key={user_id}>
            <strong>{user_id}</strong>: {detail}
          </li>
        ))}
      </ul>
    </Note>
  );
}
