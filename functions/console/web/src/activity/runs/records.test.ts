import { expect, test } from "vitest";
import { canBeRetried, durationOf, merged, type RunRecord } from "./records";

function run(id: string, more: Partial<RunRecord> = {}): RunRecord {
  const created_at = "2026-11-22T12:00:00.000+00:00";
  return { id, capability: "query", status: "done", created_at, last_seq: 1, ...more };
}

test("every run is there once, the newest first, as the latest list has it", () => {
  const pages = [run("03"), run("02", { status: "running" }), run("01")];
  const latest = [run("04"), run("02", { status: "done" })];
  expect(merged(pages, latest).map(({ id, status }) => `${id} ${status}`)).toEqual([
    "04 done",
    "03 done",
    "02 done",
    "01 done",
  ]);
});

test("a run that has not ended takes until now", () => {
  const now = Date.parse("2026-11-22T12:00:05Z");
  expect(durationOf(run("01"), now)).toBe(5_000);
  expect(durationOf(run("01", { ended_at: "2026-11-22T12:00:02Z" }), now)).toBe(2_000);
  expect(durationOf(run("01", { metrics: { duration_ms: 7 } }), now)).toBe(7);
});

test("only what failed or was stopped can be started again, and only once", () => {
  expect(canBeRetried(run("01"))).toBe(false);
  expect(canBeRetried(run("01", { status: "failed" }))).toBe(true);
  expect(canBeRetried(run("01", { status: "stopped", retried_by: "02" }))).toBe(false);
});
