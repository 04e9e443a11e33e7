// Who took an exercise, when, and how it went.
import { useInfiniteQuery } from "@tanstack/react-query";
import { ClipboardList } from "lucide-react";
import { Link } from "wouter";
import { answered, api } from "../../api/client";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge, Empty, ErrorNote, Loading } from "../../ui/feedback";
import { attemptsKey } from "../queries";
import { WORDS } from "./words";

export function Attempts({ id }: { id: string }) {
  const words = useWords(WORDS);
  const { number, percent, time } = useFormats();
  const list = useInfiniteQuery({
    queryKey: attemptsKey(id),
    queryFn: ({ pageParam: cursor }) =>
      answered(
        api.GET("/api/v1/exercises/{exercise_id}/attempts", {
          params: { path: { exercise_id: id }, query: cursor ? { cursor } : {} },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  if (list.isPending) return <Loading />;
  if (list.isError) return <ErrorNote error={list.error} onRetry={() => void list.refetch()} />;
  const attempts = list.data.pages.flatMap(({ items }) => items);
  if (!attempts.length)
    return (
      <Empty icon={ClipboardList} title={words.noAttempts}>
        <p>{words.noAttemptsHint}</p>
      </Empty>
    );
  return (
    <div className="stack">
      <div className="card scroll">
        <table className="exercises-facts">
          <thead>
            <tr>
              <th scope="col">{words.when}</th>
              <th scope="col" className="number">
                {words.score}
              </th>
              <th scope="col">
                <span className="hidden">{words.open}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt) => (
              <tr key={attempt.id}>
                <td>{time(attempt.created_at)}</td>
                <td className="number">
                  {number(attempt.score, 2)} / {number(attempt.max_score, 2)}
                  {attempt.max_score > 0 && (
                    <span className="soft"> ({percent(attempt.score / attempt.max_score)})</span>
                  )}
                </td>
                <td className="row">
                  <Link
                    href={`/exercises/${id}/attempts/${attempt.id}`}
                    aria-label={`${words.open} ${time(attempt.created_at)}`}
                  >
                    {words.open}
                  </Link>
                  {attempt.ungraded > 0 && <Badge tone="warn">{words.ungraded(attempt.ungraded)}</Badge>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {list.hasNextPage && (
        <button
          type="button"
          className="exercises-more"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {words.more}
        </button>
      )}
    </div>
  );
}
