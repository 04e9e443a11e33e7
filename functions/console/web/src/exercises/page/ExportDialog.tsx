// Takes an exercise away as a file. It is fetched with the caller's header, so it can't be a plain link.
import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { type FormEvent, useState } from "react";
import { download } from "../../api/download";
import { useWords } from "../../language/language";
import { Dialog } from "../../ui/Dialog";
import { Check } from "../../ui/Field";
import { ErrorNote } from "../../ui/feedback";
import { WORDS } from "./words";

const FORMATS = ["gift", "moodle", "qti", "anki", "csv", "md", "html"] as const;
const SHEETS: readonly string[] = ["csv", "md", "html"]; // of use without the answers

type Format = (typeof FORMATS)[number];

export function ExportDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const words = useWords(WORDS);
  const [format, setFormat] = useState<Format>("gift");
  const [answers, setAnswers] = useState(true);
  const always = !SHEETS.includes(format);
  const taken = useMutation({
    mutationFn: () => take(id, format, always || answers),
    onSuccess: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    taken.mutate();
  };
  return (
    <Dialog title={words.exportTitle} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <fieldset className="stack">
          <legend className="hidden">{words.format}</legend>
          {FORMATS.map((name) => (
            <label key={name} className="exercises-format">
              <input type="radio" name="format" checked={format === name} onChange={() => setFormat(name)} />
              <span>
                <strong>{words.formats[name]?.[0]}</strong>{" "}
                <span className="soft small">{words.formats[name]?.[1]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Check label={words.answers} checked={always || answers} disabled={always} onChange={setAnswers} />
        {always && <p className="soft small">{words.answersAlways}</p>}
        {taken.error && <ErrorNote error={taken.error} />}
        <div className="row">
          <button type="submit" className="primary" disabled={taken.isPending}>
            {taken.isPending ? <span className="spinner" aria-hidden /> : <Download aria-hidden />}
            {taken.isPending ? words.downloading : words.download}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function take(id: string, format: Format, answers: boolean): Promise<void> {
  const path = `api/v1/exercises/${id}/export?format=${format}&answers=${answers}`;
  return download(path, `exercise.${format}`);
}
