// All users' logs as a table, from which each can be opened.
import { Users } from "lucide-react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { useClock } from "../clock";
import { useUsers } from "./useUsers";
import { WORDS } from "./words";

export function UserTable({ onChoose }: { onChoose: (user: string) => void }) {
  const words = useWords(WORDS);
  const { number, time } = useFormats();
  const clock = useClock();
  const { users, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useUsers();
  if (isPending) return <Loading />;
  if (error) return <ErrorNote error={error} onRetry={refetch} />;
  if (users.length === 0)
    return (
      <Empty icon={Users} title={words.none}>
        <p>{words.noneHint}</p>
      </Empty>
    );
  return (
    <div className="stack">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section className="scroll" aria-label={words.users} tabIndex={0}>
        <table className="events-users">
          <thead>
            <tr>
              <th scope="col">{words.user}</th>
              <th scope="col" className="number">
                {words.rowsTitle}
              </th>
              <th scope="col">{words.first}</th>
              <th scope="col">{words.last}</th>
              <th scope="col">{words.changed}</th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.user_id}>
                <td>
                  <button type="button" className="events-link" onClick={() => onChoose(user.user_id)}>
                    {user.user_id}
                  </button>
                </td>
                <td className="number">{number(user.rows)}</td>
                <td>{clock.full(user.first)}</td>
                <td>{clock.full(user.last)}</td>
                <td>{time(user.updated_at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {hasNextPage && (
        <button type="button" disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {words.more}
        </button>
      )}
    </div>
  );
}
