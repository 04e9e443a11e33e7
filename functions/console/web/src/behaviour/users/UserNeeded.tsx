// What a view of one user shows while none is chosen: the first of them, one press away.
import { UserRound } from "lucide-react";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { useUsers } from "./useUsers";
import { WORDS } from "./words";

const SHOWN = 8;

export function UserNeeded({ onChoose }: { onChoose: (user: string) => void }) {
  const words = useWords(WORDS);
  const { users, error, refetch, isPending } = useUsers();
  if (isPending) return <Loading />;
  if (error) return <ErrorNote error={error} onRetry={refetch} />;
  return (
    <Empty icon={UserRound} title={words.choose}>
      <p>{words.needed}</p>
      <div className="row events-suggested">
        {users.slice(0, SHOWN).map(({ user_id }) => (
          <button key={user_id} type="button" className="small" onClick={() => onChoose(user_id)}>
            <span className="clip">{user_id}</span>
          </button>
        ))}
      </div>
    </Empty>
  );
}
