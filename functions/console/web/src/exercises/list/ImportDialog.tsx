// Questions in GIFT, as a file or as its text, become an exercise.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { fetched, type Schemas } from "../../api/client";
import { failureOf } from "../../api/failure";
import { useWords } from "../../language/language";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { ErrorNote, Note } from "../../ui/feedback";
import { LISTS } from "../queries";
import { WORDS } from "./words";

type Imported = Schemas["Imported"];

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const words = useWords(WORDS);
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [file, setFile] = useState<File | null>(null);
  const [text, setText] = useState("");
  const [title, setTitle] = useState("");
  const sent = useMutation({
    mutationFn: () => imported(file, text, title.trim()),
    onSuccess: ({ exercise, problems }) => {
      void client.invalidateQueries({ queryKey: LISTS });
      if (!problems.length) navigate(`/exercises/${exercise.id}`);
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    sent.mutate();
  };
  return (
    <Dialog title={words.importTitle} onClose={onClose}>
      {sent.data?.problems.length ? (
        <Problems imported={sent.data} />
      ) : (
        <form className="stack" onSubmit={send}>
          <p className="soft">{words.importHint}</p>
          <Field label={words.file}>
            {(tied) => (
              <input
                {...tied}
                type="file"
                accept=".gift,.txt,text/plain"
                onChange={(event) => setFile(event.target.files?.[0] ?? null)}
              />
            )}
          </Field>
          {!file && (
            <Field label={words.orText}>
              {(tied) => (
                <textarea {...tied} rows={6} value={text} onChange={(event) => setText(event.target.value)} />
              )}
            </Field>
          )}
          <Field label={words.name} hint={words.nameHint}>
            {(tied) => (
              <input
                {...tied}
                maxLength={200}
                value={title}
                onChange={(event) => setTitle(event.target.value)}
              />
            )}
          </Field>
          {sent.error && <ErrorNote error={sent.error} />}
          <div className="row">
            <button type="submit" className="primary" disabled={sent.isPending || !(file || text.trim())}>
              {sent.isPending && <span className="spinner" aria-hidden />}
              {sent.isPending ? words.importing : words.importNow}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Problems({ imported: { exercise, problems } }: { imported: Imported }) {
  const words = useWords(WORDS);
  return (
    <div className="stack">
      <Note tone="warn">
        <p>{words.problems(problems.length)}</p>
        <ul>
          {problems.map(({ line, detail }) => (
            <li key={`${line} ${detail}`}>
              <strong>{words.line(line)}</strong> {detail}
            </li>
          ))}
        </ul>
      </Note>
      <div className="row">
        <Link className="button exercises-primary" href={`/exercises/${exercise.id}`}>
          {words.open}
        </Link>
      </div>
    </div>
  );
}

/** A file goes as its bytes: the server tells its encoding, which for Chinese ones is often not UTF-8. */
async function imported(file: File | null, content: string, title: string): Promise<Imported> {
  const body = file
    ? form({ file, ...(title && { title }) })
    : JSON.stringify({ content, ...(title && { title }) });
  const headers: HeadersInit = file ? {} : { "Content-Type": "application/json" };
  const response = await fetched("api/v1/exercises/import", { method: "POST", body, headers });
  if (!response.ok) throw await failureOf(response);
  return (await response.json()) as Imported;
}

function form(parts: Record<string, string | File>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(parts)) made.append(name, value);
  return made;
}
