// A kept conversation in the list.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, Pencil, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { download } from "../../api/download";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { ErrorNote } from "../../ui/feedback";
import { useToasts } from "../../ui/toasts";
import type { ColumnName } from "../settings/setup";
import { CONVERSATIONS, renamed, type Summary } from "./queries";
import { WORDS } from "./words";

interface Props {
  conversation: Summary;
  columns: readonly ColumnName[];
  onOpen: (column: ColumnName) => void;
  onRemove: () => void;
}

const FORMATS = ["md", "jsonl"] as const;

export function ConversationRow({ conversation, columns, onOpen, onRemove }: Props) {
  const words = useWords(WORDS);
  const { time } = useFormats();
  const [isRenaming, setIsRenaming] = useState(false);
  const { title } = conversation;
  if (isRenaming) return <Renaming conversation={conversation} onDone={() => setIsRenaming(false)} />;
  return (
    <li className="playground-entry stack">
      <div>
        <strong className="playground-entry-name">{title}</strong>
        <p className="soft small">
          {words.turns(conversation.turn_count)} · {time(conversation.updated_at)}
        </p>
      </div>
      <div className="row spread">
        <span className="row">
          {columns.map((column) => (
            <button
              key={column}
              type="button"
              className="small"
              aria-label={words.openIn(title, column)}
              onClick={() => onOpen(column)}
            >
              {words.open} {columns.length > 1 && column}
            </button>
          ))}
        </span>
        <span className="row">
          <button
            type="button"
            className="plain small"
            aria-label={words.renameOf(title)}
            title={words.rename}
            onClick={() => setIsRenaming(true)}
          >
            <Pencil aria-hidden />
          </button>
          {FORMATS.map((format) => (
            <ExportButton key={format} conversation={conversation} format={format} />
          ))}
          <button
            type="button"
            className="plain small"
            aria-label={words.removeOf(title)}
            title={words.remove}
            onClick={onRemove}
          >
            <Trash2 aria-hidden />
          </button>
        </span>
      </div>
    </li>
  );
}

function ExportButton({ conversation, format }: { conversation: Summary; format: "md" | "jsonl" }) {
  const words = useWords(WORDS);
  const { say } = useToasts();
  const saving = useMutation({
    mutationFn: () =>
      download(`api/v1/conversations/${conversation.id}/export?format=${format}`, `conversation.${format}`),
    onError: (error) => say(error.message),
  });
  return (
    <button
      type="button"
      className="plain small"
      aria-label={words.exportAs(conversation.title, format)}
      disabled={saving.isPending}
      onClick={() => saving.mutate()}
    >
      <Download aria-hidden />
      {format}
    </button>
  );
}

function Renaming({ conversation, onDone }: { conversation: Summary; onDone: () => void }) {
  const words = useWords(WORDS);
  const client = useQueryClient();
  const [title, setTitle] = useState(conversation.title);
  const renaming = useMutation({
    mutationFn: () => renamed(conversation.id, title),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: CONVERSATIONS });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    renaming.mutate();
  };
  return (
    <li className="playground-entry stack">
      <form className="row" onSubmit={submit}>
        <input
          className="grow"
          aria-label={words.newTitle}
          // biome-ignore lint/a11y/noAutofocus: whoever asked to rename it goes on there
          autoFocus
          required
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <button type="submit" className="primary" disabled={renaming.isPending || !title.trim()}>
          {words.save}
        </button>
        <button type="button" onClick={onDone}>
          {words.cancel}
        </button>
      </form>
      {renaming.error && <ErrorNote error={renaming.error} />}
    </li>
  );
}
