// What an extraction came to, with the sessions that could not be read and why.
import type { RunEvent } from "../../api/events";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge, Note } from "../../ui/feedback";
import { type Extracted, extracted } from "./extracted";
import { WORDS } from "./words";

export function ExtractionOutcome({ final }: { final: RunEvent }) {
  const words = useWords(WORDS);
  const { number, percent } = useFormats();
  const found = extracted(final);
  const rejected = Object.entries(found.rejected);
  return (
    <div className="stack">
      <p className="row" role="status">
        <Badge tone="good">{words.found(number(found.events), number(found.sessions))}</Badge>
        <Badge>{words.covered(percent(found.covered))}</Badge>
      </p>
      {found.isPartial && <Unread found={found} />}
      {rejected.length > 0 && (
        <details>
          <summary>{words.rejected}</summary>
          <ul>
            {rejected.map(([reason, count]) => (
              <li key={reason}>
                {reason}: {number(count)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Unread({ found }: { found: Extracted }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  return (
    <Note tone="warn">
      {found.failedSessions > 0 && <p>{words.failedSessions(number(found.failedSessions))}</p>}
      {found.leftSessions > 0 && <p>{words.leftSessions(number(found.leftSessions))}</p>}
      {found.problems.length > 0 && (
        <table>
          <caption className="hidden">{words.problems}</caption>
          <thead>
            <tr>
              <th scope="col">{words.reason}</th>
              <th scope="col" className="number">
                {words.sessions}
              </th>
            </tr>
          </thead>
          <tbody>
            {found.problems.map(({ code, detail, sessions }) => (
              <tr key={`${code} ${detail}`}>
                <td>{detail}</td>
                <td className="number">{number(sessions)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Note>
  );
}
