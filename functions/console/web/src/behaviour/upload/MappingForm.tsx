// Says which column is which, where the server can't tell by their names.
import { useState } from "react";
import { useWords } from "../../language/language";
import { Note } from "../../ui/feedback";
import { type Column, FIELDS, type Field } from "./columns";
import type { Mapping } from "./sending";
import { WORDS } from "./words";

interface Props {
  columns: Column[];
  /** What the server misses, as the API calls it. */
  missing: Field | null;
  /** What was said before. */
  said: Mapping;
  onMapped: (mapping: Mapping) => void;
}

export function MappingForm({ columns, missing, said, onMapped }: Props) {
  const words = useWords(WORDS);
  const [chosen, setChosen] = useState(said);
  const mapping = Object.fromEntries(Object.entries(chosen).filter(([, field]) => field));
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onMapped(mapping);
      }}
    >
      <Note tone="warn">
        {missing && <p>{words.missing(words.field[missing])}</p>}
        <p>{words.mappingLead}</p>
      </Note>
      <table className="events-mapping">
        <thead>
          <tr>
            <th scope="col">{words.column}</th>
            <th scope="col">{words.example}</th>
            <th scope="col">{words.means}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map(({ name, example }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="soft">
                <div className="clip" title={example}>
                  {example}
                </div>
              </td>
              <td>
                <select
                  aria-label={words.meansOf(name)}
                  value={chosen[name] ?? ""}
                  onChange={(event) => setChosen({ ...chosen, [name]: event.target.value })}
                >
                  <option value="">{words.byName}</option>
                  {FIELDS.map((field) => (
                    <option key={field} value={field}>
                      {words.field[field]}
                    </option>
                  ))}
                </select>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="row">
        <button type="submit" className="primary" disabled={Object.keys(mapping).length === 0}>
          {words.again}
        </button>
      </div>
    </form>
  );
}
