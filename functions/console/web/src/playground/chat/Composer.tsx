// Where the prompt for all columns is written.
import { PencilLine, SendHorizontal, Square } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";
import { useWords } from "../../language/language";
import { WORDS } from "../words";

interface Props {
  prompt: string;
  onPrompt: (prompt: string) => void;
  /** The last prompt is being edited: what is sent takes its place. */
  isEditing: boolean;
  onEdit?: () => void;
  onCancel: () => void;
  onSend: () => void;
  onStop?: () => void;
  /** Why nothing can be sent. */
  obstacle: string;
}

export function Composer({ prompt, onPrompt, isEditing, onEdit, onCancel, onSend, onStop, obstacle }: Props) {
  const words = useWords(WORDS);
  const field = useRef<HTMLTextAreaElement>(null);
  const canSend = !onStop && !obstacle && prompt.trim() !== "";
  const press = (event: KeyboardEvent) => {
    // An input method uses Enter and Escape itself while a word is being composed.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return event.stopPropagation();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (canSend) onSend();
    }
  };
  const edit = () => {
    onEdit?.();
    field.current?.focus();
  };
  return (
    <form
      className="card playground-composer"
      onSubmit={(event) => {
        event.preventDefault();
        if (canSend) onSend();
      }}
    >
      <textarea
        ref={field}
        rows={2}
        aria-label={words.prompt}
        placeholder={words.promptHint}
        value={prompt}
        onChange={(event) => onPrompt(event.target.value)}
        onKeyDown={press}
      />
      <div className="row spread">
        <Told obstacle={obstacle} isEditing={isEditing} />
        <span className="row">
          {isEditing && (
            <button type="button" onClick={onCancel}>
              {words.cancel}
            </button>
          )}
          {onEdit && !isEditing && (
            <button type="button" className="plain" onClick={edit}>
              <PencilLine aria-hidden />
              {words.editLast}
            </button>
          )}
          {onStop && (
            <button type="button" onClick={onStop}>
              <Square aria-hidden />
              {words.stopAll}
            </button>
          )}
          <button type="submit" className="primary" disabled={!canSend}>
            <SendHorizontal aria-hidden />
            {isEditing ? words.resend : words.send}
          </button>
        </span>
      </div>
    </form>
  );
}

function Told({ obstacle, isEditing }: Pick<Props, "obstacle" | "isEditing">) {
  const words = useWords(WORDS);
  if (obstacle)
    return (
      <span className="small bad" role="alert">
        {obstacle}
      </span>
    );
  if (isEditing) return <span className="small soft">{words.editing}</span>;
  return <span className="small soft playground-keys">{words.keys}</span>;
}
