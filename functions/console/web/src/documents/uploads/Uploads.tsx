// Files on their way, and those that did not get through. What got through is in the list.
import { RotateCw, X } from "lucide-react";
import { Failure } from "../../api/failure";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { WORDS } from "../words";
import type { Upload } from "./queue";
import { queue, useUploads } from "./useUploads";

const SHOWN = 50; // of what may be thousands
const ORDER: Upload["state"][] = ["sending", "failed", "waiting"];

export function Uploads() {
  const words = useWords(WORDS);
  const { uploads, done } = useUploads();
  if (!uploads.length) return null;
  const inOrder = ORDER.flatMap((state) => uploads.filter((one) => one.state === state));
  return (
    <section className="card stack" aria-label={words.uploads}>
      <div className="row spread">
        <h2 role="status">{words.uploadsDone(done, done + uploads.length)}</h2>
        <div className="row">
          {uploads.filter(({ state }) => state === "failed").length > 1 && (
            <button type="button" className="small" onClick={() => queue.retryAll()}>
              {words.retryAll}
            </button>
          )}
          {uploads.length > 1 && (
            <button type="button" className="small" onClick={() => queue.cancelAll()}>
              {words.cancelAll}
            </button>
          )}
        </div>
      </div>
      <ul className="documents-uploads">
        {inOrder.slice(0, SHOWN).map((upload) => (
          <Row key={upload.id} upload={upload} />
        ))}
      </ul>
      {uploads.length > SHOWN && <p className="soft small">{words.moreUploads(uploads.length - SHOWN)}</p>}
    </section>
  );
}

function Row({ upload: { id, file, state, sent, error } }: { upload: Upload }) {
  const words = useWords(WORDS);
  const { bytes, percent } = useFormats();
  const { name } = file;
  return (
    <li className="documents-upload">
      <span className="clip" title={name}>
        {name}
      </span>
      <span className="soft small">
        {bytes(file.size)}
        {state === "sending" && ` · ${words.sent(percent(sent))}`}
        {state === "waiting" && ` · ${words.waiting}`}
      </span>
      <div className="row">
        {state === "failed" && (
          <button
            type="button"
            className="plain small"
            aria-label={words.retryOf(name)}
            onClick={() => queue.retry(id)}
          >
            <RotateCw aria-hidden />
          </button>
        )}
        <button
          type="button"
          className="plain small"
          aria-label={words.cancelOf(name)}
          onClick={() => queue.cancel(id)}
        >
          <X aria-hidden />
        </button>
      </div>
      {error ? <Why error={error} /> : <progress aria-label={words.progressOf(name)} value={sent} />}
    </li>
  );
}

/** The storage's refusals by their codes; the API's in its own words. */
function Why({ error }: { error: Error }) {
  const words = useWords(WORDS);
  const known = error instanceof Failure ? words.uploadErrors[error.code] : undefined;
  return (
    <p className="bad small" role="alert">
      {known ?? error.message}
    </p>
  );
}
