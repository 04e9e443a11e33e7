// What went wrong with a request, as one error type: the API's problem documents, and the network's failures.

interface Problem {
  status?: number;
  code?: string;
  title?: string;
  detail?: string;
  request_id?: string;
  errors?: { field: string; message: string }[];
  [extra: string]: unknown;
}

/** Status of a request that got no answer at all. */
export const UNREACHABLE = 0;

/** `message` is the server's sentence for people. `status` is 0 if nobody answered. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly fields: readonly { field: string; message: string }[];
  readonly problem: Problem;
  readonly retryAfterS: number | null;

  constructor(problem: Problem, status: number, retryAfterS: number | null = null) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.code = problem.code ?? "";
    this.requestId = problem.request_id ?? "";
    this.fields = problem.errors ?? [];
    this.problem = problem;
    this.retryAfterS = retryAfterS;
  }

  /** Whether the same request may succeed a little later. */
  get passes(): boolean {
    return this.status === UNREACHABLE || [429, 502, 503, 504].includes(this.status);
  }
}

/** The failure behind an answer that is not 2xx. Proxies answer with pages of their own: no problem in them. */
export async function failureOf(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => null);
  return failureFrom(body, response);
}

export function failureFrom(body: unknown, response: Response): Failure {
  const problem = isProblem(body) ? body : { title: `${response.status} ${response.statusText}`.trim() };
  const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return new Failure(problem, response.status, Number.isFinite(wait) ? wait : null);
}

/** What `fetch` throws when nobody answers, as a failure. What is one already, or was cancelled, stays. */
export function asFailure(error: unknown): Error {
  if (error instanceof TypeError)
    return new Failure({ detail: error.message, code: "unreachable" }, UNREACHABLE);
  return error instanceof Error ? error : new Error(String(error));
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && ("detail" in body || "code" in body);
}
