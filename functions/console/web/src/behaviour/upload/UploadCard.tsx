// Where logs come in: dropped, chosen or pasted; and the ones that were sent.
import { Upload } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { dropped } from "../../documents/uploads/dropped";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { PasteForm } from "./PasteForm";
import { UploadRow } from "./UploadRow";
import type { Uploads } from "./useUploads";
import { WORDS } from "./words";

const ACCEPTED = ".csv,.tsv,.txt,.json,.ndjson,.jsonl";

export function UploadCard({ uploads, add, again, dismiss }: Uploads) {
  const words = useWords(WORDS);
  const [user, setUser] = useState("");
  const [timezone, setTimezone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");
  const id = useId();
  const send = (files: readonly File[]) =>
    add(files, { user: user.trim(), timezone: timezone.trim() || "UTC", mapping: {} });
  return (
    <section className="card stack" aria-labelledby={id}>
      <h2 id={id}>{words.title}</h2>
      <DropZone onFiles={send} />
      <div className="events-fields">
        <Field label={words.user} hint={words.userHint}>
          {(tied) => (
            <input {...tied} value={user} maxLength={128} onChange={(event) => setUser(event.target.value)} />
          )}
        </Field>
        <Field label={words.timezone} hint={words.timezoneHint}>
          {(tied) => (
            <input
              {...tied}
              value={timezone}
              maxLength={64}
              onChange={(event) => setTimezone(event.target.value)}
            />
          )}
        </Field>
      </div>
      <PasteForm onSend={(file) => send([file])} />
      {uploads.length > 0 && (
        <ul className="events-uploads" aria-label={words.files}>
          {uploads.map((upload) => (
            <UploadRow key={upload.id} upload={upload} again={again} dismiss={dismiss} />
          ))}
        </ul>
      )}
    </section>
  );
}

function DropZone({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const words = useWords(WORDS);
  const [isOver, setIsOver] = useState(false);
  const drag = (event: DragEvent, over: boolean) => {
    event.preventDefault();
    setIsOver(over);
  };
  const drop = (event: DragEvent) => {
    drag(event, false);
    dropped(event.dataTransfer).then(onFiles);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is for mice; the control within is for all
    <div
      className={`events-drop ${isOver ? "over" : ""}`}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={drop}
    >
      <div className="row">
        <Upload aria-hidden />
        <span>{words.drop}</span>
        <label className="button events-file">
          {words.choose}
          <input
            type="file"
            multiple
            accept={ACCEPTED}
            onChange={(event) => {
              onFiles([...(event.target.files ?? [])]);
              event.target.value = ""; // the same file may be chosen again
            }}
          />
        </label>
      </div>
      <p className="soft small">{words.formats}</p>
    </div>
  );
}
