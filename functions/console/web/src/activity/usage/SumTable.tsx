// Sums as a table, each row with a bar as long as its share of the tokens.
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Cost } from "./Cost";
import { type Sum, tokensOf } from "./sums";
import { WORDS } from "./words";

interface Props {
  title: string;
  /** What the rows are. */
  head: string;
  rows: readonly [string, Sum][];
  total?: Sum;
}

export function SumTable({ title, head, rows, total }: Props) {
  const words = useWords(WORDS);
  const most = Math.max(1, ...rows.map(([, sum]) => tokensOf(sum)));
  return (
    <div className="activity-table">
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            <th scope="col" className="number">
              {words.calls}
            </th>
            <th scope="col" className="number">
              {words.input}
            </th>
            <th scope="col" className="number">
              {words.output}
            </th>
            <th scope="col" className="number">
              {words.cost}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, sum]) => (
            <Row key={name} name={name} sum={sum} share={tokensOf(sum) / most} />
          ))}
        </tbody>
        {total && (
          <tfoot>
            <Row name={words.total} sum={total} />
          </tfoot>
        )}
      </table>
    </div>
  );
}

function Row({ name, sum, share }: { name: string; sum: Sum; share?: number }) {
  const { number } = useFormats();
  return (
    <tr>
      <th scope="row">
        {name}
        {share !== undefined && <span className="activity-share" style={{ inlineSize: `${share * 100}%` }} />}
      </th>
      <td className="number">{number(sum.calls)}</td>
      <td className="number">{number(sum.prompt)}</td>
      <td className="number">{number(sum.completion)}</td>
      <td className="number">
        <Cost sum={sum} />
      </td>
    </tr>
  );
}
