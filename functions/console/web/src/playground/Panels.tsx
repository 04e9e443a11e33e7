// The drawers beside the columns: kept conversations, and models, tools and secrets.
import { useLocation } from "wouter";
import type { Columns } from "./chat/useColumns";
import { ConfigurationPanel, PANELS } from "./configuration/ConfigurationPanel";
import { ConversationsPanel } from "./conversations/ConversationsPanel";
import { type Summary, systemPromptOf } from "./conversations/queries";
import { type Change, type ColumnName, type Setup, settingsOf, withChange } from "./settings/setup";

interface Props {
  setup: Setup;
  change: Change;
  columns: Columns;
}

export function Panels({ setup, change, columns }: Props) {
  const [path, go] = useLocation();
  const opened = path.split("/")[2];
  const close = () => go("/playground");
  const open = async (conversation: Summary, name: ColumnName) => {
    close();
    const column = setup.columns.find((one) => one.name === name);
    if (!column) return;
    columns.of(name)?.open(conversation.id);
    const modelId = conversation.model_id ?? column.modelId;
    change((before) => withChange(before, name, { conversationId: conversation.id, modelId }));
    // It goes on under its own system prompt, and the page says so.
    const systemPrompt = await systemPromptOf(conversation.id).catch(() => "");
    const settings = settingsOf(setup, column);
    if (systemPrompt && systemPrompt !== settings.systemPrompt)
      change((before) => withChange(before, name, { own: { ...settings, systemPrompt } }));
  };
  const forget = (id: string) =>
    change((before) => ({
      ...before,
      columns: before.columns.map((one) =>
        one.conversationId === id ? { ...one, conversationId: null } : one,
      ),
    }));

  if (opened === "conversations") {
    const names = setup.columns.map((column) => column.name);
    return (
      <ConversationsPanel
        columns={names}
        onOpen={(found, name) => void open(found, name)}
        onRemoved={forget}
        onClose={close}
      />
    );
  }
  const panel = PANELS.find((name) => name === opened);
  return panel ? <ConfigurationPanel panel={panel} onClose={close} /> : null;
}
