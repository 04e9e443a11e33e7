import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Failure } from "../../api/failure";
import { Follower } from "./follower";
import type { StoredDocument } from "./pages";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const parsing = (id: string, pages_done = 0) => ({ id, status: "parsing", pages_done }) as StoredDocument;
const ready = (id: string) => ({ id, status: "ready" }) as StoredDocument;

/** An API whose answers take as long as was asked for, or a moment. */
function api(answer: (id: string, look: number) => StoredDocument) {
  const looks: { id: string; waitS: number; at: number }[] = [];
  const seen: string[] = [];
  const gone: string[] = [];
  let open = 0;
  let mostOpen = 0;
  const follower = new Follower({
    look: async (id, waitS) => {
      looks.push({ id, waitS, at: Date.now() });
      mostOpen = Math.max(mostOpen, ++open);
      await new Promise((resolve) => setTimeout(resolve, waitS * 1000 || 10));
      open--;
      return answer(id, looks.filter((one) => one.id === id).length);
    },
    onSeen: ({ id, status }) => seen.push(`${id} ${status}`),
    onGone: (id) => gone.push(id),
  });
  return { follower, looks, seen, gone, mostOpen: () => mostOpen };
}

describe("Follower", () => {
  it("looks until the document is ready", async () => {
    const { follower, seen, looks } = api((id, look) => (look < 3 ? parsing(id, look) : ready(id)));
    follower.follow(["a"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual(["a parsing", "a parsing", "a ready"]);
    expect(looks.map(({ waitS }) => waitS)).toEqual([2, 2, 2]);
  });

  it("grows patient while nothing changes", async () => {
    const { follower, looks } = api((id) => parsing(id));
    follower.follow(["a"]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(looks.at(-1)?.waitS).toBe(20);
    expect(looks.length).toBeLessThan(50);
    follower.follow([]);
  });

  it("asks at most three at a time, and three a second, however many there are", async () => {
    const { follower, looks, mostOpen } = api((id, look) => parsing(id, look));
    const ids = Array.from({ length: 40 }, (_, at) => `${at}`);
    follower.follow(ids);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(mostOpen()).toBe(3);
    expect(new Set(looks.map(({ id }) => id)).size).toBe(40);
    expect(looks.length).toBeLessThan(60 * 3 + 40);
    follower.follow([]);
  });

  it("leaves what is no longer wanted alone", async () => {
    const { follower, looks } = api((id) => parsing(id));
    follower.follow(["a"]);
    await vi.advanceTimersByTimeAsync(1);
    follower.follow(["b"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(looks.filter(({ id }) => id === "a")).toHaveLength(1);
    follower.follow([]);
  });

  it("takes up again what was left for a moment", async () => {
    const { follower, seen } = api(ready);
    follower.follow(["a"]);
    follower.follow([]);
    follower.follow(["a"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seen).toEqual(["a ready"]);
  });

  it("bears a failure that passes, and tells of what is gone", async () => {
    const { follower, gone, looks } = api((_, look) => {
      throw new Failure({ code: "x" }, look === 1 ? 503 : 404);
    });
    follower.follow(["a"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(gone).toEqual(["a"]);
    expect(looks).toHaveLength(2);
  });
});
