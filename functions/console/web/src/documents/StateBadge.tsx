import { useWords } from "../language/language";
import { Badge, type Tone } from "../ui/feedback";
import type { Status, StoredDocument } from "./library/pages";
import { WORDS } from "./words";

const TONES: Record<Status, Tone> = { uploading: "warn", parsing: "accent", ready: "good", failed: "bad" };

export function StateBadge({ document }: { document: StoredDocument }) {
  const words = useWords(WORDS);
  return <Badge tone={TONES[document.status]}>{words.statuses[document.status]}</Badge>;
}

/** How far the parse is, by pages as soon as it is known how many there are. */
export function ParseProgress({ document }: { document: StoredDocument }) {
  const words = useWords(WORDS);
  if (document.status !== "parsing") return null;
  const { pages_done, pages_total, title } = document;
  return (
    <div className="documents-progress">
      <progress
        aria-label={words.progressOfParse(title)}
        value={pages_total ? pages_done : undefined}
        max={pages_total ?? undefined}
      />
      <span className="small soft">{pages_total ? words.pageOf(pages_done, pages_total) : words.queued}</span>
    </div>
  );
}

/** Why it failed, in the server's words, and what to do. */
export function WhyFailed({ document }: { document: StoredDocument }) {
  const words = useWords(WORDS);
  if (document.status !== "failed" || !document.error) return null;
  const { code, message } = document.error;
  return (
    <p className="bad small">
      {message} {words.advice[code] ?? words.otherAdvice}
    </p>
  );
}
