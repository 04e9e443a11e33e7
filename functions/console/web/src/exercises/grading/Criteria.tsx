// How an open answer was marked: each criterion with the words of the answer that earned it.
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import type { Result } from "../kinds";
import { WORDS } from "./words";

export function Criteria({ criteria }: { criteria: NonNullable<Result["criteria"]> }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  return (
    <div className="scroll">
      <table>
        <caption className="hidden">{words.criteria}</caption>
        <thead>
          <tr>
            <th scope="col">{words.criterion}</th>
            <th scope="col" className="number">
              {words.points}
            </th>
            <th scope="col">{words.evidence}</th>
          </tr>
        </thead>
        <tbody>
          {criteria.map(({ id, text, score, max_score, quote, comment, flags }) => (
            <tr key={id}>
              <td dir="auto">{text}</td>
              <td className="number">
                {number(score, 2)} / {number(max_score, 2)}
              </td>
              <td className="stack exercises-tight" dir="auto">
                {quote && <mark>{quote}</mark>}
                {comment && <span>{comment}</span>}
                {flags?.map((flag) => (
                  <span key={flag} className="small soft">
                    {words.flags[flag]}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
