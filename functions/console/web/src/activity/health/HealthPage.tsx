// Is everything well? Asked by hand: a deep look calls every part.
import { useMutation } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, HeartPulse } from "lucide-react";
import { fetched, type Schemas } from "../../api/client";
import { failureFrom } from "../../api/failure";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge, ErrorNote } from "../../ui/feedback";
import { WORDS } from "./words";

interface Report {
  parts: Record<string, Schemas["Part"]>;
  at: string;
}

export function HealthPage() {
  const words = useWords(WORDS);
  const look = useMutation({ mutationFn: deepLook });
  return (
    <div className="stack loose">
      <div className="row spread">
        <p className="soft">{words.intro}</p>
        <button type="button" className="primary" disabled={look.isPending} onClick={() => look.mutate()}>
          {look.isPending ? <span className="spinner" aria-hidden /> : <HeartPulse aria-hidden />}
          {look.isPending ? words.checking : words.check}
        </button>
      </div>
      {look.error && <ErrorNote error={look.error} />}
      {look.data && <Parts report={look.data} />}
    </div>
  );
}

/** A 503 that names what fails is the answer that was asked for. */
async function deepLook(): Promise<Report> {
  const response = await fetched("health?deep=true");
  const body = (await response.json().catch(() => null)) as Partial<Report> | null;
  if (!body?.parts) throw failureFrom(body, response);
  return { parts: body.parts, at: new Date().toISOString() };
}

function Parts({ report }: { report: Report }) {
  const words = useWords(WORDS);
  const { time, duration } = useFormats();
  const parts = Object.entries(report.parts);
  const named = (name: string) => words.parts[name] ?? name;
  const failing = parts.filter(([, part]) => part.status !== "ok").map(([name]) => named(name));
  return (
    <section className="card stack">
      <h2 className={failing.length ? "bad" : "good"} role="status">
        {failing.length ? words.failing(failing.join(", ")) : words.ok}
      </h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.part}</th>
            <th scope="col">{words.state}</th>
            <th scope="col" className="number">
              {words.latency}
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map(([name, part]) => (
            <tr key={name}>
              <th scope="row">{named(name)}</th>
              <td>
                <PartState part={part} />
              </td>
              <td className="number activity-nowrap">{duration(part.latency_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="soft small">{words.checked(time(report.at))}</p>
    </section>
  );
}

function PartState({ part }: { part: Schemas["Part"] }) {
  const words = useWords(WORDS);
  const isWell = part.status === "ok";
  return (
    <>
      <Badge tone={isWell ? "good" : "bad"}>
        {isWell ? <CircleCheck aria-hidden size={14} /> : <CircleAlert aria-hidden size={14} />}
        {isWell ? words.works : words.fails}
      </Badge>
      {part.error && <p className="small">{part.error}</p>}
    </>
  );
}
