// The refused rows by line, in the server's words.
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import type { RefusedRow } from "./refused";
import { WORDS } from "./words";

export function RefusedRows({ rows, all }: { rows: RefusedRow[]; all: number }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const hasText = rows.some(({ text }) => text);
  return (
    <details open>
      <summary>{words.refusedTitle}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section className="events-refused" aria-label={words.refusedTitle} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="number">
                {words.line}
              </th>
              <th scope="col">{words.reason}</th>
              {hasText && <th scope="col">{words.row}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ line, element, reason, text }) => (
              <tr key={`${line} ${element}`}>
                <td className="number">
                  {number(line)}
                  {element !== null && <div className="soft small">{words.element(number(element))}</div>}
                </td>
                <td>{reason}</td>
                {hasText && (
                  <td>
                    <code>{text}</code>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {all > rows.length && <p className="soft small">{words.refusedFirst(number(rows.length))}</p>}
    </details>
  );
}
