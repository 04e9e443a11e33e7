// One log that was sent: how far it is, what was kept, what was refused and why.
import { X } from "lucide-react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge, ErrorNote, type Tone } from "../../ui/feedback";
import { MappingForm } from "./MappingForm";
import { RefusedRows } from "./RefusedRows";
import type { LogUpload, Stage, Uploads } from "./useUploads";
import { WORDS } from "./words";

const TONES: Record<Stage, Tone> = {
  waiting: "",
  sending: "accent",
  reading: "accent",
  done: "good",
  unmapped: "warn",
  failed: "bad",
};

interface Props extends Pick<Uploads, "again" | "dismiss"> {
  upload: LogUpload;
}

export function UploadRow({ upload, again, dismiss }: Props) {
  const words = useWords(WORDS);
  const { bytes } = useFormats();
  const { id, file, stage, share, error, outcome, refused, columns, missing, reading } = upload;
  const isUnderWay = stage === "sending" || stage === "reading";
  return (
    <li className="stack">
      <div className="row spread events-upload">
        <span className="clip" title={file.name}>
          {file.name} <span className="soft small">{bytes(file.size)}</span>
        </span>
        <span className="row" role="status">
          <Badge tone={TONES[stage]}>{words.stage[stage]}</Badge>
          <button
            type="button"
            className="plain small"
            aria-label={words.dismiss(file.name)}
            onClick={() => dismiss(id)}
          >
            <X aria-hidden />
          </button>
        </span>
      </div>
      {isUnderWay && <progress aria-label={words.progress(file.name)} value={share || undefined} />}
      {outcome && <Counts {...outcome} />}
      {outcome && outcome.bad > 0 && <RefusedRows rows={refused} all={outcome.bad} />}
      {error && <ErrorNote error={error} onRetry={() => again(id, reading.mapping)} />}
      {stage === "unmapped" && (
        <MappingForm
          columns={columns}
          missing={missing}
          said={reading.mapping}
          onMapped={(mapping) => again(id, mapping)}
        />
      )}
    </li>
  );
}

function Counts({ kept, duplicates, bad }: { kept: number; duplicates: number; bad: number }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  return (
    <p className="row" role="status">
      <Badge tone="good">{words.kept(number(kept))}</Badge>
      {duplicates > 0 && <Badge>{words.duplicates(number(duplicates))}</Badge>}
      {bad > 0 && <Badge tone="warn">{words.bad(number(bad))}</Badge>}
    </p>
  );
}
