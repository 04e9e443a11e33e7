// Which user the part is about, chosen from a list that can be searched. An id that is not on the pages loaded
// so far can be opened by typing it.
import { ChevronDown, UserRound } from "lucide-react";
import { useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { ErrorNote, Loading } from "../../ui/feedback";
import { useUsers } from "./useUsers";
import { WORDS } from "./words";

interface Props {
  user: string | null;
  onChoose: (user: string | null) => void;
}

export function UserChooser({ user, onChoose }: Props) {
  const words = useWords(WORDS);
  const [isOpen, setIsOpen] = useState(false);
  const choose = (next: string | null) => {
    setIsOpen(false);
    onChoose(next);
  };
  return (
    <>
      <button type="button" className="events-chooser" onClick={() => setIsOpen(true)}>
        <UserRound aria-hidden />
        <span className="clip">{words.chosen(user ?? words.all)}</span>
        <ChevronDown aria-hidden />
      </button>
      {isOpen && (
        <Dialog title={words.choose} onClose={() => setIsOpen(false)}>
          <Choices user={user} onChoose={choose} />
        </Dialog>
      )}
    </>
  );
}

function Choices({ user, onChoose }: Props) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const [sought, setSought] = useState("");
  const { users, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useUsers();
  const wanted = sought.trim();
  const found = users.filter((one) => one.user_id.toLowerCase().includes(wanted.toLowerCase()));
  const isKnown = found.some((one) => one.user_id === wanted);
  return (
    <div className="stack">
      <Field label={words.find}>
        {(tied) => (
          <input {...tied} type="search" value={sought} onChange={(event) => setSought(event.target.value)} />
        )}
      </Field>
      {error && <ErrorNote error={error} onRetry={refetch} />}
      {isPending && <Loading />}
      <ul className="events-choices">
        {!wanted && <Choice name={words.all} isChosen={user === null} onChoose={() => onChoose(null)} />}
        {found.map(({ user_id, rows }) => (
          <Choice
            key={user_id}
            name={user_id}
            note={words.rows(number(rows))}
            isChosen={user_id === user}
            onChoose={() => onChoose(user_id)}
          />
        ))}
        {wanted && !isKnown && hasNextPage && (
          <Choice name={words.open(wanted)} isChosen={false} onChoose={() => onChoose(wanted)} />
        )}
      </ul>
      {wanted && found.length === 0 && <p className="soft">{words.noneFound}</p>}
      {hasNextPage && (
        <button type="button" disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {words.more}
        </button>
      )}
    </div>
  );
}

interface ChoiceProps {
  name: string;
  note?: string;
  isChosen: boolean;
  onChoose: () => void;
}

function Choice({ name, note, isChosen, onChoose }: ChoiceProps) {
  return (
    <li>
      <button type="button" className="plain" aria-current={isChosen || undefined} onClick={onChoose}>
        <span className="clip">{name}</span>
        {note && <span className="soft small">{note}</span>}
      </button>
    </li>
  );
}
