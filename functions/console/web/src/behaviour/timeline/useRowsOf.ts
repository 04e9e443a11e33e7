// The rows of the log that an event was made of.
import { useQuery } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../../api/client";
import type { FoundEvent } from "./useEvents";

const PAGE = 1000;
const SECOND_MS = 1000;

export function useRowsOf(event: FoundEvent) {
  return useQuery({
    queryKey: ["behaviour", "rows-of", event.id],
    queryFn: () => rowsOf(event),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

async function rowsOf({ user_id, start, end, behaviours }: FoundEvent): Promise<Schemas["ShownBehaviour"][]> {
  const wanted = new Set(behaviours);
  const past = new Date(Date.parse(end) + SECOND_MS).toISOString(); // `end` itself is left out by the API
  const found: Schemas["ShownBehaviour"][] = [];
  let cursor = "";
  do {
    const query = { user_id, start, end: past, limit: PAGE, ...(cursor && { cursor }) };
    const page = await answered(api.GET("/api/v1/behaviors", { params: { query } }));
    found.push(...page.items.filter(({ id }) => wanted.has(id)));
    cursor = page.next_cursor ?? "";
  } while (cursor && found.length < wanted.size);
  return found;
}
