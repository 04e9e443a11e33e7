// Files on their way into the library, a few at a time. It is no component's: uploads go on while another part
// of the console is looked at. What belongs here: order, states, cancelling. What does not: requests, words.
import { asFailure } from "../../api/failure";
import type { StoredDocument } from "../library/pages";

const AT_ONCE = 3;

export interface Upload {
  id: number;
  file: File;
  state: "waiting" | "sending" | "failed";
  /** The share that has been sent. */
  sent: number;
  error?: Error;
}

/** What is done with each file. */
export interface Steps {
  /** Makes the document, and sends its file. Leaves no document behind when it throws. */
  upload: (file: File, onProgress: (share: number) => void, signal: AbortSignal) => Promise<StoredDocument>;
  onSent: (document: StoredDocument) => void;
}

interface Snapshot {
  uploads: readonly Upload[];
  /** Files that were sent since the queue was last empty. */
  done: number;
}

export class UploadQueue {
  private snapshot: Snapshot = { uploads: [], done: 0 };
  private readonly heard = new Set<() => void>();
  private readonly steps = new Map<number, Steps>();
  private readonly leaving = new Map<number, AbortController>();
  private last = 0;

  subscribe = (hear: () => void): (() => void) => {
    this.heard.add(hear);
    return () => this.heard.delete(hear);
  };

  read = (): Snapshot => this.snapshot;

  add(files: readonly File[], steps: Steps): void {
    const added = files.map((file): Upload => ({ id: ++this.last, file, state: "waiting", sent: 0 }));
    for (const { id } of added) this.steps.set(id, steps);
    this.show([...this.snapshot.uploads, ...added]);
    this.go();
  }

  /** Takes an upload away, in whatever state it is. */
  cancel(id: number): void {
    this.leaving.get(id)?.abort();
    this.remove(id);
    this.go();
  }

  cancelAll(): void {
    for (const leave of this.leaving.values()) leave.abort();
    this.steps.clear();
    this.show([]);
  }

  retry(id: number): void {
    this.change(id, { state: "waiting", sent: 0, error: undefined });
    this.go();
  }

  retryAll(): void {
    for (const { id, state } of this.snapshot.uploads) if (state === "failed") this.retry(id);
  }

  private go(): void {
    const isAt = (state: Upload["state"]) => this.snapshot.uploads.filter((one) => one.state === state);
    const free = AT_ONCE - isAt("sending").length;
    for (const upload of isAt("waiting").slice(0, Math.max(0, free))) void this.start(upload);
  }

  private async start({ id, file }: Upload): Promise<void> {
    const steps = this.steps.get(id);
    if (!steps) return;
    const leave = new AbortController();
    this.leaving.set(id, leave);
    this.change(id, { state: "sending" });
    try {
      const document = await steps.upload(file, (sent) => this.change(id, { sent }), leave.signal);
      this.remove(id, 1);
      steps.onSent(document);
    } catch (error) {
      this.change(id, { state: "failed", error: asFailure(error) });
    } finally {
      this.leaving.delete(id);
      this.go();
    }
  }

  private change(id: number, change: Partial<Upload>): void {
    this.show(this.snapshot.uploads.map((one) => (one.id === id ? { ...one, ...change } : one)));
  }

  private remove(id: number, done = 0): void {
    this.steps.delete(id);
    this.show(
      this.snapshot.uploads.filter((one) => one.id !== id),
      done,
    );
  }

  private show(uploads: readonly Upload[], done = 0): void {
    this.snapshot = { uploads, done: uploads.length ? this.snapshot.done + done : 0 };
    for (const hear of this.heard) hear();
  }
}
