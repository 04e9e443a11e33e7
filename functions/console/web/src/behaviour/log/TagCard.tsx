// What sort of thing apps or media are, by their names.
import { Tags } from "lucide-react";
import { type FormEvent, useState } from "react";
import { isUnderWay, type Run } from "../../api/run";
import { useRun } from "../../api/useRun";
import { useLanguage, useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { Badge, ErrorNote } from "../../ui/feedback";
import { Segments } from "../timeline/Segments";
import { namesIn, namesOf } from "./names";
import type { Behaviour } from "./useBehaviours";
import { WORDS } from "./words";

const KINDS = ["apps", "media"] as const;

export function TagCard({ rows }: { rows: readonly Behaviour[] }) {
  const words = useWords(WORDS);
  const { language } = useLanguage();
  const { run, start } = useRun();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("apps");
  const [text, setText] = useState("");
  const names = namesIn(text);
  const known = namesOf(rows, kind);
  const tag = (event: FormEvent) => {
    event.preventDefault();
    start(`api/v1/events/tags/${kind}`, { names, language, stream: true });
  };
  return (
    <details className="card">
      <summary>{words.tags}</summary>
      <form className="stack" onSubmit={tag}>
        <p className="soft">{words.tagsLead}</p>
        <Segments
          label={words.kind}
          options={KINDS.map((name) => ({ name, title: words.kinds[name] }))}
          chosen={kind}
          onChoose={setKind}
        />
        <Field label={words.names} hint={words.namesHint}>
          {(tied) => (
            <textarea {...tied} rows={5} value={text} onChange={(event) => setText(event.target.value)} />
          )}
        </Field>
        <div className="row">
          <button type="button" disabled={known.length === 0} onClick={() => setText(known.join("\n"))}>
            {words.fromLog}
          </button>
          <button type="submit" className="primary" disabled={names.length === 0 || isUnderWay(run)}>
            {isUnderWay(run) ? <span className="spinner" aria-hidden /> : <Tags aria-hidden />}
            {words.tag}
          </button>
        </div>
        {run.phase === "failed" && <ErrorNote error={new Error(run.error)} />}
        {run.items.length > 0 && <Tagged run={run} />}
      </form>
    </details>
  );
}

interface TaggedName {
  name: string;
  tags: string[];
}

function Tagged({ run }: { run: Run }) {
  const words = useWords(WORDS);
  const failed = (run.final.failed as string[] | undefined) ?? [];
  return (
    <>
      <table>
        <caption className="hidden">{words.tagged}</caption>
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.tagsOf}</th>
          </tr>
        </thead>
        <tbody>
          {(run.items as TaggedName[]).map(({ name, tags }) => (
            <tr key={name}>
              <td>{name}</td>
              <td>
                <span className="row">
                  {tags.map((tag) => (
                    <Badge key={tag}>{tag}</Badge>
                  ))}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {failed.length > 0 && (
        <p className="soft">
          {words.unknown}: {failed.join(", ")}
        </p>
      )}
    </>
  );
}
