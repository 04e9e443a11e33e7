// What the ids of an edge's evidence stand for. The API lists a user's events and behaviours by page and has no
// way to ask for some by id, so pages are looked through, each fetched once, and only so many of them.
import type { QueryClient } from "@tanstack/react-query";
import { answered, api } from "../api/client";
import type { Of } from "./scope";

export interface Step {
  id: string;
  userId: string;
  time: string;
  title: string;
}

const PAGE = 1_000;
const MOST_PAGES = 20;
const FRESH_MS = 300_000;

interface StepPage {
  steps: Step[];
  next: string | null;
}

/** The steps of these ids, as far as they are found. */
export async function stepsOf(
  client: QueryClient,
  ids: readonly string[],
  of: Of,
  userId: string | null,
): Promise<ReadonlyMap<string, Step>> {
  const wanted = new Set(ids);
  const found = new Map<string, Step>();
  let pages = 0;
  for await (const steps of pagesOf(client, of, userId)) {
    for (const step of steps) if (wanted.has(step.id)) found.set(step.id, step);
    if (found.size === wanted.size || ++pages === MOST_PAGES) break;
  }
  return found;
}

async function* pagesOf(client: QueryClient, of: Of, userId: string | null): AsyncGenerator<Step[]> {
  for (const user of userId === null ? await usersOf(client) : [userId])
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: StepPage = await pageOf(client, of, user, cursor);
      yield page.steps;
      cursor = page.next;
    }
}

function usersOf(client: QueryClient): Promise<string[]> {
  return client.fetchQuery({
    queryKey: ["graphs", "users"],
    staleTime: FRESH_MS,
    queryFn: async () => {
      const found = await answered(api.GET("/api/v1/behaviors/users", { params: { query: {} } }));
      return found.items.map((user) => user.user_id);
    },
  });
}

function pageOf(client: QueryClient, of: Of, userId: string, cursor: string): Promise<StepPage> {
  return client.fetchQuery({
    queryKey: ["graphs", "steps", of, userId, cursor],
    staleTime: FRESH_MS,
    structuralSharing: false,
    queryFn: () => (of === "events" ? eventsOf(userId, cursor) : behavioursOf(userId, cursor)),
  });
}

async function eventsOf(userId: string, cursor: string): Promise<StepPage> {
  const query = { user_id: userId, limit: PAGE, ...(cursor && { cursor }) };
  const { items, next_cursor } = await answered(api.GET("/api/v1/events", { params: { query } }));
  const steps = items.map(({ id, title, start }) => ({ id, userId, time: start, title }));
  return { steps, next: next_cursor };
}

async function behavioursOf(userId: string, cursor: string): Promise<StepPage> {
  const query = { user_id: userId, limit: PAGE, ...(cursor && { cursor }) };
  const { items, next_cursor } = await answered(api.GET("/api/v1/behaviors", { params: { query } }));
  const steps = items.map(({ id, time, action, object }) => ({
    id,
    userId,
    time,
    title: [action, object].filter(Boolean).join(" · "),
  }));
  return { steps, next: next_cursor };
}
