// A line of a list: what it is, and what can be done with it.
import { Pencil, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useWords } from "../../language/language";
import { WORDS } from "./words";

interface Props {
  name: string;
  about: ReactNode;
  onEdit?: () => void;
  onRemove?: () => void;
  /** Further actions. */
  actions?: ReactNode;
  /** What came of an action. */
  children?: ReactNode;
}

export function EntryRow({ name, about, onEdit, onRemove, actions, children }: Props) {
  const words = useWords(WORDS);
  return (
    <li className="playground-entry">
      <div className="row spread">
        <div className="grow">
          <strong className="playground-entry-name">{name}</strong>
          <div className="soft small">{about}</div>
        </div>
        <span className="row">
          {actions}
          {onEdit && (
            <button
              type="button"
              className="plain small"
              aria-label={words.editOf(name)}
              title={words.edit}
              onClick={onEdit}
            >
              <Pencil aria-hidden />
            </button>
          )}
          {onRemove && (
            <button
              type="button"
              className="plain small"
              aria-label={words.removeOf(name)}
              title={words.remove}
              onClick={onRemove}
            >
              <Trash2 aria-hidden />
            </button>
          )}
        </span>
      </div>
      {children}
    </li>
  );
}
