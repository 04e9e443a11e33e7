// Watches documents that are under way, without flooding the API: a few requests at a time, each as a long poll
// where there are slots enough, and ever more patiently while nothing changes.
import { Failure } from "../../api/failure";
import type { StoredDocument } from "./pages";

const SLOTS = 3; // browsers open six connections to a server: the rest is for what people do
const SHORTEST_S = 2; // how often a parse writes down how far it is
const LONGEST_S = 20;
const GROWTH = 1.2;

export interface Sights {
  look: (id: string, waitS: number, signal: AbortSignal) => Promise<StoredDocument>;
  onSeen: (document: StoredDocument) => void;
  /** It was deleted. */
  onGone: (id: string) => void;
}

export class Follower {
  private readonly sights: Sights;
  private readonly leaving = new Map<string, AbortController>();
  private readonly waiting: (() => void)[] = [];
  private taken = 0;

  constructor(sights: Sights) {
    this.sights = sights;
  }

  /** These, and no others, are followed from now on. */
  follow(ids: readonly string[]): void {
    const wanted = new Set(ids);
    for (const [id, leave] of this.leaving) {
      if (wanted.has(id)) continue;
      leave.abort();
      this.leaving.delete(id);
    }
    for (const id of wanted) if (!this.leaving.has(id)) void this.watch(id);
  }

  private async watch(id: string): Promise<void> {
    const leave = new AbortController();
    this.leaving.set(id, leave);
    try {
      await this.lookOften(id, leave.signal);
    } catch (error) {
      if (error instanceof Failure && error.status === 404) this.sights.onGone(id);
    } finally {
      leave.abort();
      if (this.leaving.get(id) === leave) this.leaving.delete(id);
    }
  }

  private async lookOften(id: string, signal: AbortSignal): Promise<void> {
    let before = "";
    let patience = SHORTEST_S;
    while (!signal.aborted) {
      const seen = await this.look(id, patience, signal);
      if (signal.aborted) return;
      if (seen?.status === "ready" || seen?.status === "failed") return;
      const now = seen ? `${seen.status} ${seen.pages_done}/${seen.pages_total}` : before;
      patience = now === before ? Math.min(LONGEST_S, patience * GROWTH) : SHORTEST_S;
      before = now;
      if (!seen || this.isCrowded) await pause(Math.max(patience, this.leaving.size / SLOTS), signal);
    }
  }

  /** What is seen; nothing if the API can't say at the moment. Throws Failure if it refuses. */
  private async look(id: string, patience: number, signal: AbortSignal): Promise<StoredDocument | undefined> {
    await this.slot();
    try {
      if (signal.aborted) return;
      const seen = await this.sights.look(id, this.isCrowded ? 0 : Math.round(patience), signal);
      if (!signal.aborted) this.sights.onSeen(seen);
      return seen;
    } catch (error) {
      if (error instanceof Failure && error.passes) return;
      throw error;
    } finally {
      this.free();
    }
  }

  private get isCrowded(): boolean {
    return this.leaving.size > SLOTS;
  }

  private async slot(): Promise<void> {
    if (this.taken >= SLOTS) return new Promise((go) => this.waiting.push(go));
    this.taken++;
  }

  /** The slot goes to the next who waits for one, or back. */
  private free(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.taken--;
  }
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, seconds * 1000);
    signal.addEventListener("abort", go);
  });
}
