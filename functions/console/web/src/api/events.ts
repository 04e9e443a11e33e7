// The events of a run, each once and in order, whatever becomes of the connection.
// What belongs here: connections, taking up again. What does not: what events mean (`run.ts`).
import { EventSourceParserStream } from "eventsource-parser/stream";
import { fetched } from "./client";
import { asFailure, Failure, failureOf } from "./failure";
import { randomKey } from "./key";

const TRIES = 8; // in a row without a new event; while the machine is offline none is counted
const FIRST_WAIT_MS = 500; // before the second; each time twice as long
const LONGEST_WAIT_MS = 8_000;
const SILENCE_MS = 30_000; // the server sends a comment at least every ten seconds

/** An event of contract section 2. `done` marks the last one. */
export interface RunEvent {
  done?: boolean;
  [member: string]: unknown;
}

export interface Asked {
  path: string;
  /** A body makes it a POST that starts a run; without one it follows a run that is there. */
  body?: unknown;
  /** The Idempotency-Key of that POST: with the one of an earlier request it goes on with that one's run. */
  key?: string;
  /** What to go on after, `<run_id>:<seq>`. */
  after?: string;
}

interface Request {
  path: string;
  init: RequestInit;
}

/**
 * Throws Failure where the server refuses or stays away, and an AbortError when `signal` says so.
 * `onBreak` hears of each connection that broke. Leaving stops nothing at the server.
 */
export async function* events(
  asked: Asked,
  signal: AbortSignal,
  onBreak: (error: Error) => void = () => undefined,
): AsyncGenerator<RunEvent> {
  let request = first(asked);
  let failures = 0;
  for (;;) {
    try {
      for await (const [id, event] of connection(request, signal)) {
        if (id) request = following(id);
        failures = 0;
        yield event;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      failures += navigator.onLine ? 1 : 0;
      const failure = bearable(asFailure(error), failures);
      onBreak(failure);
      await pause(failure, failures, signal);
    }
  }
}

/** The failure, if it is worth another try; throws it otherwise. */
function bearable(failure: Error, failures: number): Error {
  if (failures >= TRIES || (failure instanceof Failure && !failure.passes)) throw failure;
  return failure;
}

/** Asked again with the same Idempotency-Key, the server goes on with the run that it has: no answer is paid twice. */
function first({ path, body, after, key = randomKey() }: Asked): Request {
  if (body === undefined) return { path, init: after ? { headers: { "Last-Event-ID": after } } : {} };
  const headers = { "Idempotency-Key": key };
  if (body instanceof FormData) return { path, init: { method: "POST", headers, body } };
  const json = { ...headers, "Content-Type": "application/json" };
  return { path, init: { method: "POST", headers: json, body: JSON.stringify(body) } };
}

function following(id: string): Request {
  return { path: `api/v1/runs/${id.split(":")[0]}/stream`, init: { headers: { "Last-Event-ID": id } } };
}

/** The events of one connection, each with its id. Throws if it ends before the stream does. */
async function* connection(request: Request, signal: AbortSignal): AsyncGenerator<[string, RunEvent]> {
  const leave = new AbortController();
  const stop = () => leave.abort(signal.reason);
  signal.addEventListener("abort", stop);
  signal.throwIfAborted();
  let silence: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => leave.abort(new Error("The server fell silent.")), SILENCE_MS);
  };
  heard();
  try {
    const response = await fetched(request.path, { ...request.init, signal: leave.signal });
    if (!response.ok || !response.body) throw await failureOf(response);
    const pieces = response.body.pipeThrough(watched(heard)).pipeThrough(new TextDecoderStream());
    for await (const { id, data } of read(pieces.pipeThrough(new EventSourceParserStream()))) {
      if (data === "[DONE]") return;
      const event = JSON.parse(data) as RunEvent;
      yield [id ?? "", event];
      if (event.done) return;
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", stop);
    leave.abort(); // closes a connection that is still open
  }
  throw new Error("The stream was cut.");
}

function watched(heard: () => void): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform(bytes, controller) {
      heard();
      controller.enqueue(bytes);
    },
  });
}

/** Not `for await` over the stream itself: Safari has no async iteration of streams. */
async function* read<Piece>(stream: ReadableStream<Piece>): AsyncGenerator<Piece> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function pause(failure: Error, failures: number, signal: AbortSignal): Promise<void> {
  const asked = failure instanceof Failure && failure.retryAfterS ? failure.retryAfterS * 1000 : 0;
  const backoff = FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1);
  const wait = Math.min(LONGEST_WAIT_MS, Math.max(asked, backoff));
  await new Promise<void>((resolve) => {
    const go = () => {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, wait);
    window.addEventListener("online", go); // the network is back: no need to wait
    signal.addEventListener("abort", go);
  });
  signal.throwIfAborted();
}
