// How the console says that something is loading, missing or wrong.
import { CircleAlert, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Failure, UNREACHABLE } from "../api/failure";
import { useWords } from "../language/language";
import { WORDS } from "./words";

export type Tone = "" | "good" | "warn" | "bad" | "accent";

export function Badge({ tone = "", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

export function Note({ tone = "", children }: { tone?: "" | "warn" | "bad"; children: ReactNode }) {
  const Icon = { "": Info, warn: TriangleAlert, bad: CircleAlert }[tone];
  return (
    <div className={`note ${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <Icon aria-hidden />
      <div>{children}</div>
    </div>
  );
}

/** An error in the server's words, with the fields it names and the request's id for whoever has to look. */
export function ErrorNote({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const words = useWords(WORDS);
  const failure = error instanceof Failure ? error : null;
  return (
    <Note tone="bad">
      <p>{failure?.status === UNREACHABLE ? words.unreachable : error.message}</p>
      {failure?.requestId && <p className="small">{words.request(failure.requestId)}</p>}
      {onRetry && (
        <button type="button" className="small" onClick={onRetry}>
          {words.retry}
        </button>
      )}
    </Note>
  );
}

export function Loading({ what }: { what?: string }) {
  const words = useWords(WORDS);
  return (
    <p className="soft row" role="status">
      <span className="spinner" aria-hidden /> {what ?? words.loading}
    </p>
  );
}

/** What is shown where nothing is yet: what it would be, and how to come by it. */
export function Empty({
  icon: Icon,
  title,
  children,
}: {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon aria-hidden />
      <strong>{title}</strong>
      {children}
    </div>
  );
}
