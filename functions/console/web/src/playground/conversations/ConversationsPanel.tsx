// Kept conversations: to be opened in a column, renamed, taken away, deleted.
import { MessagesSquare } from "lucide-react";
import { useWords } from "../../language/language";
import { Dialog } from "../../ui/Dialog";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { useRemoval } from "../removal";
import type { ColumnName } from "../settings/setup";
import { ConversationRow } from "./ConversationRow";
import { CONVERSATIONS, removed, type Summary, useConversations } from "./queries";
import { WORDS } from "./words";

interface Props {
  columns: readonly ColumnName[];
  onOpen: (conversation: Summary, column: ColumnName) => void;
  onRemoved: (id: string) => void;
  onClose: () => void;
}

export function ConversationsPanel({ columns, onOpen, onRemoved, onClose }: Props) {
  const words = useWords(WORDS);
  const found = useConversations();
  const { isHidden, remove } = useRemoval(CONVERSATIONS);
  const items = found.data?.pages.flatMap((page) => page.items).filter(({ id }) => !isHidden(id)) ?? [];
  const takeAway = (id: string) =>
    remove({ id, text: words.removed, act: () => removed(id).then(() => onRemoved(id)) });
  return (
    <Dialog drawer title={words.title} onClose={onClose}>
      <div className="stack">
        {found.isPending && <Loading />}
        {found.error && <ErrorNote error={found.error} onRetry={() => void found.refetch()} />}
        {found.isSuccess && !items.length && (
          <Empty icon={MessagesSquare} title={words.none}>
            {words.noneHint}
          </Empty>
        )}
        <ul className="playground-entries">
          {items.map((conversation) => (
            <ConversationRow
              key={conversation.id}
              conversation={conversation}
              columns={columns}
              onOpen={(column) => onOpen(conversation, column)}
              onRemove={() => takeAway(conversation.id)}
            />
          ))}
        </ul>
        {found.hasNextPage && (
          <button
            type="button"
            disabled={found.isFetchingNextPage}
            onClick={() => void found.fetchNextPage()}
          >
            {words.more}
          </button>
        )}
      </div>
    </Dialog>
  );
}
