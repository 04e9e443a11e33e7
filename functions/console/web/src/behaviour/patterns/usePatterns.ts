// Patterns as the server finds them, for what the controls ask.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answered, api } from "../../api/client";
import { queryOf, type Wanted } from "./pattern";

export function usePatterns(user: string | null, wanted: Wanted) {
  return useQuery({
    queryKey: ["behaviour", "patterns", user, wanted],
    queryFn: () => answered(api.GET("/api/v1/events/patterns", { params: { query: queryOf(user, wanted) } })),
    placeholderData: keepPreviousData,
  });
}
