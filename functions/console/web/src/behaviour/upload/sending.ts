// A log on its way: small ones as a request, larger ones to the bucket, where they are read in the background.
// What belongs here: getting it there and hearing what became of it. What does not: what is shown of it.
import { answered, api, fetched, type Schemas } from "../../api/client";
import { Failure, failureOf } from "../../api/failure";
import { send as sendToBucket } from "../../documents/uploads/send";

type RowProblem = Schemas["RowProblem"];

/** What a column is: `{列甲: "time"}`. */
export type Mapping = Record<string, string>;

export interface Reading {
  /** Of rows that name nobody. */
  user: string;
  timezone: string;
  mapping: Mapping;
}

/** What became of the rows. `problems` are of the first hundred that are bad. */
export interface Outcome {
  rows: number;
  kept: number;
  duplicates: number;
  bad: number;
  problems: RowProblem[];
}

export interface Progress {
  stage: "sending" | "reading";
  share: number;
}

const DIRECT_BYTES = 3_900_000; // a request has at most 4 MB, with its frame
const TOO_LARGE = 413;
const POLL_MS = 700;

type Tell = (progress: Progress) => void;

/** Throws Failure, and `signal`'s reason. */
export async function send(file: File, reading: Reading, tell: Tell, signal: AbortSignal): Promise<Outcome> {
  if (file.size > DIRECT_BYTES) return sendLarge(file, reading, tell, signal);
  try {
    return await sendSmall(file, reading, signal);
  } catch (error) {
    const isTooMuch = error instanceof Failure && error.status === TOO_LARGE; // few bytes, but many rows or users
    if (isTooMuch) return sendLarge(file, reading, tell, signal);
    throw error;
  }
}

async function sendSmall(file: File, reading: Reading, signal: AbortSignal): Promise<Outcome> {
  const { user, timezone, mapping } = reading;
  const query = new URLSearchParams({ timezone });
  if (user) query.set("user_id", user);
  for (const [column, field] of Object.entries(mapping)) query.append("map", `${column}:${field}`);
  const body = new FormData();
  body.append("file", file);
  const response = await fetched(`api/v1/behaviors?${query}`, { method: "POST", body, signal });
  if (!response.ok) throw await failureOf(response);
  return (await response.json()) as Schemas["Received"];
}

async function sendLarge(file: File, reading: Reading, tell: Tell, signal: AbortSignal): Promise<Outcome> {
  const { user, timezone, mapping } = reading;
  const body = { filename: file.name, size: file.size, timezone, mapping, user_id: user || null };
  const { run_id, upload } = await answered(api.POST("/api/v1/behaviors/uploads", { body, signal }));
  await sendToBucket(upload, file, (share) => tell({ stage: "sending", share }), signal);
  for (;;) {
    const found = await answered(
      api.GET("/api/v1/behaviors/uploads/{run_id}", { params: { path: { run_id } }, signal }),
    );
    if (found.state === "failed") throw new Failure(found.error ?? {}, Number(found.error?.status ?? 422));
    if (found.state === "done") return found;
    tell({ stage: "reading", share: found.percent / 100 });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
