// Against a real HTTP server on loopback that cuts, stalls and refuses. Timers are false, so that no test waits.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Asked, RunEvent } from "./events";
import type { Failure } from "./failure";

const RUN = "01RUN";
const EVENTS: RunEvent[] = [
  { run_id: RUN, started: true, sources: [], done: false },
  { content: "年假", done: false },
  { content: " 🙂\n", done: false },
  { content: "25 days [1].", done: false },
  { done: true, final_response: { output: "年假 🙂\n25 days [1]." } },
];
const FRAMES = EVENTS.map((event, at) =>
  Buffer.from(`: keep-alive\n\nid: ${RUN}:${at}\ndata: ${JSON.stringify(event)}\n\n`),
);
const WHOLE = Buffer.concat([...FRAMES, Buffer.from("data: [DONE]\n\n")]);

interface Request {
  method: string;
  path: string;
  after: string;
  key: string;
  body: string;
}
type Reply = (response: ServerResponse, request: Request) => void;

let server: Server;
let events: typeof import("./events").events;
let asked: Request[];
let replies: Reply[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const one = await received(request);
    asked.push(one);
    (replies.shift() ?? whole)(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubGlobal("location", { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  ({ events } = await import("./events"));
});
afterAll(() => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  replies = [];
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("navigator", { onLine: true });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function received(request: IncomingMessage): Promise<Request> {
  let body = "";
  for await (const piece of request) body += piece;
  const header = (name: string) => String(request.headers[name] ?? "");
  const { method = "", url = "" } = request;
  return { method, path: url, after: header("last-event-id"), key: header("idempotency-key"), body };
}

/** What a server sends that has the whole run: all, or what comes after the cursor. */
function rest({ after }: Request): Buffer {
  const from = after ? Number(after.split(":")[1]) + 1 : 0;
  return Buffer.concat([...FRAMES.slice(from), Buffer.from("data: [DONE]\n\n")]);
}

const streaming = (response: ServerResponse) =>
  response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
const whole: Reply = (response, request) => streaming(response).end(rest(request));
const cutAfter =
  (bytes: number): Reply =>
  (response, request) => {
    streaming(response).write(rest(request).subarray(0, bytes), () => response.destroy());
    if (!bytes) response.destroy();
  };
const endAfter =
  (bytes: number): Reply =>
  (response, request) =>
    streaming(response).end(rest(request).subarray(0, bytes));
const stallAfter =
  (bytes: number): Reply =>
  (response, request) =>
    streaming(response).write(rest(request).subarray(0, bytes));
const hangUp: Reply = (response) => response.destroy();
const refuse =
  (status: number, problem: object, headers = {}): Reply =>
  (response) =>
    response
      .writeHead(status, { "Content-Type": "application/problem+json", ...headers })
      .end(JSON.stringify(problem));

const QUESTION: Asked = { path: "api/v1/query/stream", body: { query: "年假？" } };

/** All events; each pause is over as soon as it begins. */
async function read(ask: Asked = QUESTION, signal = new AbortController().signal): Promise<RunEvent[]> {
  const found: RunEvent[] = [];
  const hurry = () => void setImmediate(() => vi.runOnlyPendingTimers());
  for await (const event of events(ask, signal, hurry)) found.push(event);
  return found;
}

describe("a run that is asked for", () => {
  it("comes by one request where nothing happens", async () => {
    expect(await read()).toEqual(EVENTS);
    expect(asked).toMatchObject([
      { method: "POST", path: "/api/v1/query/stream", after: "", body: '{"query":"年假？"}' },
    ]);
  });

  it("is asked for with the key that is given", async () => {
    await read({ ...QUESTION, key: "mine" });
    expect(asked[0]?.key).toBe("mine");
  });

  it("is whole and nothing is doubled, wherever the connection is cut", async () => {
    for (let bytes = 0; bytes < WHOLE.length; bytes++) {
      replies = [bytes % 2 ? cutAfter(bytes) : endAfter(bytes)];
      expect(await read(), `cut after ${bytes} bytes`).toEqual(EVENTS);
    }
  }, 60_000);

  it("is whole if every connection brings one event", async () => {
    replies = FRAMES.map(({ length }) => endAfter(length));
    expect(await read()).toEqual(EVENTS);
    expect(asked.map(({ after }) => after)).toEqual(["", "01RUN:0", "01RUN:1", "01RUN:2", "01RUN:3"]);
  });

  it("is never started twice: before its first event it is asked for again with the same key and body", async () => {
    replies = [hangUp, cutAfter(10), refuse(503, { detail: "busy" })];
    expect(await read()).toEqual(EVENTS);
    expect(asked).toHaveLength(4);
    expect(new Set(asked.map(({ method, path, key, body }) => `${method} ${path} ${key} ${body}`)).size).toBe(
      1,
    );
    expect(asked[0]?.key).not.toBe("");
  });

  it("is taken up after the newest event, by its own address", async () => {
    replies = [cutAfter(FRAMES.slice(0, 2).reduce((sum, { length }) => sum + length, 0))];
    await read();
    expect(asked[1]).toMatchObject({ method: "GET", path: `/api/v1/runs/${RUN}/stream`, after: `${RUN}:1` });
  });

  it("is taken up where a connection stays open and silent", async () => {
    replies = [stallAfter(FRAMES[0]?.length ?? 0)];
    const found: RunEvent[] = [];
    const breaks: string[] = [];
    const broke = (error: Error) => {
      breaks.push(error.message);
      setImmediate(() => vi.runOnlyPendingTimers());
    };
    for await (const event of events(QUESTION, new AbortController().signal, broke)) {
      found.push(event);
      if (found.length === 1) setImmediate(() => vi.advanceTimersByTime(30_000));
    }
    expect(found).toEqual(EVENTS);
    expect(breaks).toEqual(["The server fell silent."]);
  });
});

describe("a run that is followed", () => {
  it("comes from its start, or from where somebody was", async () => {
    const path = `api/v1/runs/${RUN}/stream`;
    expect(await read({ path })).toEqual(EVENTS);
    expect(await read({ path, after: `${RUN}:2` })).toEqual(EVENTS.slice(3));
    expect(asked.map(({ method }) => method)).toEqual(["GET", "GET"]);
  });
});

describe("a server that refuses", () => {
  it.each([401, 404, 409, 422, 500])("with %i is not asked again", async (status) => {
    replies = [refuse(status, { detail: "No.", code: "no", request_id: "r" })];
    await expect(read()).rejects.toMatchObject({ message: "No.", status, code: "no", requestId: "r" });
    expect(asked).toHaveLength(1);
  });

  it("for a time is asked eight times in a row, and its words are what is said", async () => {
    replies = Array.from({ length: 8 }, () => refuse(503, { detail: "The model is busy." }));
    await expect(read()).rejects.toThrow("The model is busy.");
    expect(asked).toHaveLength(8);
  });

  it("is asked as often again after each new event", async () => {
    const one = FRAMES[0]?.length ?? 0;
    const no = Array.from({ length: 7 }, () => hangUp);
    replies = [...no, endAfter(one), ...no.slice(1)]; // the end that comes too early is one, too
    expect(await read()).toEqual(EVENTS);
  });

  it("is asked again when it said, not before", async () => {
    replies = [refuse(429, { detail: "Slowly." }, { "Retry-After": "3" })];
    const found: RunEvent[] = [];
    let waited = 0;
    const broke = () =>
      void setImmediate(() => {
        vi.advanceTimersByTime(2_999);
        setImmediate(() => {
          waited = asked.length;
          vi.advanceTimersByTime(1);
        });
      });
    for await (const event of events(QUESTION, new AbortController().signal, broke)) found.push(event);
    expect(found).toEqual(EVENTS);
    expect(waited).toBe(1);
  });
});

describe("a machine without a network", () => {
  it("tries for as long as that lasts, and at once when it is back", async () => {
    vi.stubGlobal("navigator", { onLine: false });
    replies = Array.from({ length: 20 }, () => hangUp);
    const breaks: Failure[] = [];
    const found: RunEvent[] = [];
    const broke = (error: Error) => {
      breaks.push(error as Failure);
      setImmediate(() => window.dispatchEvent(new Event("online")));
    };
    for await (const event of events(QUESTION, new AbortController().signal, broke)) found.push(event);
    expect(found).toEqual(EVENTS);
    expect(breaks).toHaveLength(20);
    expect(breaks[0]).toMatchObject({ status: 0, code: "unreachable" });
  });
});

describe("leaving", () => {
  it("ends a connection that is open, and asks no more", async () => {
    const closed = new Promise<void>((resolve) => {
      replies = [
        (response, request) => {
          response.on("close", resolve);
          stallAfter(FRAMES[0]?.length ?? 0)(response, request);
        },
      ];
    });
    const leave = new AbortController();
    const reading = events(QUESTION, leave.signal);
    await reading.next();
    leave.abort();
    await expect(reading.next()).rejects.toMatchObject({ name: "AbortError" });
    await closed;
    expect(asked).toHaveLength(1);
  });

  it("ends a pause", async () => {
    replies = [hangUp];
    const leave = new AbortController();
    const reading = events(QUESTION, leave.signal, () => void setImmediate(() => leave.abort()));
    await expect(reading.next()).rejects.toMatchObject({ name: "AbortError" });
    expect(asked).toHaveLength(1);
  });

  it("closes the connection when the reader has enough", async () => {
    const closed = new Promise<void>((resolve) => {
      replies = [
        (response, request) => {
          response.on("close", resolve);
          stallAfter(FRAMES[0]?.length ?? 0)(response, request);
        },
      ];
    });
    for await (const event of events(QUESTION, new AbortController().signal)) {
      expect(event.started).toBe(true);
      break;
    }
    await closed;
  });
});
