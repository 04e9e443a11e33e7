// Requests to the API, typed by its OpenAPI document. What streams is asked for in `events.ts`.
import createClient, { type FetchResponse, type Middleware } from "openapi-fetch";
import { authorization, lostSession } from "../session/authorization";
import { API } from "./base";
import { asFailure, failureFrom } from "./failure";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

const authorized: Middleware = {
  async onRequest({ request }) {
    const found = await authorization();
    if (found) request.headers.set("Authorization", found);
    return request;
  },
  onResponse({ request, response }) {
    if (response.status === 401) lostSession(request.headers.get("Authorization") ?? undefined);
  },
};

/** A deletion goes on when its page is left: it may have been made in the moment of leaving. */
const lasting = (request: Request) => fetch(request, { keepalive: request.method === "DELETE" });

export const api = createClient<paths>({ baseUrl: API, fetch: lasting });
api.use(authorized);

/** The body of a good answer. Throws Failure. */
export async function answered<
  Route extends Record<string | number, unknown>,
  Options,
  Media extends `${string}/${string}`,
>(
  asked: Promise<FetchResponse<Route, Options, Media>>,
): Promise<NonNullable<FetchResponse<Route, Options, Media>["data"]>> {
  const { data, error, response } = await asked.catch((failed: unknown) => {
    throw asFailure(failed);
  });
  if (!response.ok) throw failureFrom(error, response);
  return data as NonNullable<typeof data>;
}

/** `fetch` of one of the API's paths, with the caller's authorization: for what is no JSON. Throws Failure. */
export async function fetched(path: string, request: RequestInit = {}): Promise<Response> {
  const found = await authorization();
  const headers = new Headers(request.headers);
  if (found) headers.set("Authorization", found);
  const response = await fetch(new URL(path.replace(/^\//, ""), API), { ...request, headers }).catch(
    (failed: unknown) => {
      throw asFailure(failed);
    },
  );
  if (response.status === 401) lostSession(found);
  return response;
}
