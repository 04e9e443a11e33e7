// Kept conversations, as the server has them.
import { useInfiniteQuery } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../../api/client";
import type { Turn } from "../chat/exchange";

export type Summary = Schemas["ConversationSummary"];

export const CONVERSATIONS = ["playground", "conversations"] as const;
const PAGE = 20;
const TURNS = 100; // a page

export function useConversations() {
  return useInfiniteQuery({
    queryKey: CONVERSATIONS,
    queryFn: ({ pageParam }) =>
      answered(api.GET("/api/v1/conversations", { params: { query: { limit: PAGE, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0, // every chat adds one
  });
}

export async function turnsOf(id: string): Promise<Turn[]> {
  const turns: Turn[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { limit: TURNS, cursor: cursor ?? undefined };
    const page = await answered(
      api.GET("/api/v1/conversations/{conversation_id}", {
        params: { path: { conversation_id: id }, query },
      }),
    );
    turns.push(...page.turns);
    cursor = page.next_cursor;
  } while (cursor);
  return turns;
}

export const systemPromptOf = async (id: string): Promise<string> => {
  const params = { path: { conversation_id: id }, query: { limit: 1 } };
  const found = await answered(api.GET("/api/v1/conversations/{conversation_id}", { params }));
  return found.system_prompt ?? "";
};

export const renamed = (id: string, title: string): Promise<Summary> =>
  answered(
    api.PUT("/api/v1/conversations/{conversation_id}", {
      params: { path: { conversation_id: id } },
      body: { title },
    }),
  );

export const removed = (id: string) =>
  answered(
    api.DELETE("/api/v1/conversations/{conversation_id}", { params: { path: { conversation_id: id } } }),
  );
