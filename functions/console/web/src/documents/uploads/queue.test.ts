import { describe, expect, it } from "vitest";
import type { StoredDocument } from "../library/pages";
import { type Steps, UploadQueue } from "./queue";

interface Begun {
  name: string;
  progress: (share: number) => void;
  signal: AbortSignal;
  end: () => void;
  fail: (error: Error) => void;
}

/** Steps that a test ends by hand. */
function byHand() {
  const begun: Begun[] = [];
  const sent: string[] = [];
  const steps: Steps = {
    upload: (file, progress, signal) =>
      new Promise((resolve, reject) => {
        const end = () => resolve({ id: file.name } as StoredDocument);
        begun.push({ name: file.name, progress, signal, end, fail: reject });
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    onSent: ({ id }) => sent.push(id),
  };
  return { begun, sent, steps };
}

const files = (count: number) => Array.from({ length: count }, (_, at) => new File(["x"], `${at}`));
const settled = () => new Promise((resolve) => setTimeout(resolve));
const states = (queue: UploadQueue) => queue.read().uploads.map(({ state }) => state);

describe("UploadQueue", () => {
  it("sends three at a time, in their order", async () => {
    const { begun, sent, steps } = byHand();
    const queue = new UploadQueue();
    queue.add(files(5), steps);
    expect(begun.map(({ name }) => name)).toEqual(["0", "1", "2"]);
    begun[1]?.end();
    await settled();
    expect(begun.map(({ name }) => name)).toEqual(["0", "1", "2", "3"]);
    expect(sent).toEqual(["1"]);
    expect(queue.read().done).toBe(1);
  });

  it("tells how far each is, and is empty at the end", async () => {
    const { begun, steps } = byHand();
    const queue = new UploadQueue();
    queue.add(files(1), steps);
    begun[0]?.progress(0.5);
    expect(queue.read().uploads[0]?.sent).toBe(0.5);
    begun[0]?.end();
    await settled();
    expect(queue.read()).toEqual({ uploads: [], done: 0 });
  });

  it("keeps what failed, and goes on with the rest", async () => {
    const { begun, steps } = byHand();
    const queue = new UploadQueue();
    queue.add(files(4), steps);
    begun[0]?.fail(new Error("no"));
    await settled();
    expect(states(queue)).toEqual(["failed", "sending", "sending", "sending"]);
    expect(queue.read().uploads[0]?.error?.message).toBe("no");
  });

  it("tries again when asked", async () => {
    const { begun, sent, steps } = byHand();
    const queue = new UploadQueue();
    queue.add(files(1), steps);
    begun[0]?.fail(new Error("no"));
    await settled();
    queue.retry(queue.read().uploads[0]?.id ?? 0);
    begun[1]?.end();
    await settled();
    expect(sent).toEqual(["0"]);
  });

  it("breaks off what is cancelled, and takes up the next", async () => {
    const { begun, steps } = byHand();
    const queue = new UploadQueue();
    queue.add(files(4), steps);
    queue.cancel(queue.read().uploads[0]?.id ?? 0);
    await settled();
    expect(begun[0]?.signal.aborted).toBe(true);
    expect(begun.map(({ name }) => name)).toEqual(["0", "1", "2", "3"]);
  });

  it("starts nothing more once all is cancelled", async () => {
    const { begun, steps } = byHand();
    const queue = new UploadQueue();
    queue.add(files(9), steps);
    queue.cancelAll();
    await settled();
    expect(begun).toHaveLength(3);
    expect(queue.read().uploads).toEqual([]);
  });
});
