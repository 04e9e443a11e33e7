// The composer, joined to the columns: sends to all, replaces the last prompt of all, stops all.
import { useState } from "react";
import { useWords } from "../../language/language";
import { paramsOf } from "../settings/params";
import type { Settings } from "../settings/settings";
import type { Change, Setup } from "../settings/setup";
import { WORDS } from "../words";
import { Composer } from "./Composer";
import type { Columns } from "./useColumns";
import { useEscape } from "./useEscape";

interface Props {
  setup: Setup;
  change: Change;
  columns: Columns;
  isBusy: boolean;
}

export function PromptBox({ setup, change, columns, isBusy }: Props) {
  const [draft, setDraft] = useState<string | null>(null); // what was being written when an edit began
  const isEditing = draft !== null;
  const names = setup.columns.map((column) => column.name);
  const lastPrompt = names.map((name) => columns.states[name]?.lastPrompt).find(Boolean);
  const write = (prompt: string) => change((before) => ({ ...before, prompt }));
  const leaveEdit = () => {
    write(draft ?? "");
    setDraft(null);
  };
  const send = () => {
    for (const name of names) {
      const column = columns.of(name);
      if (isEditing && column?.exchanges.length) column.again(setup.prompt);
      else column?.send(setup.prompt);
    }
    leaveEdit();
  };
  const stop = () => {
    for (const name of names) columns.of(name)?.stop();
  };
  const edit = () => {
    setDraft(setup.prompt);
    write(lastPrompt ?? "");
  };
  useEscape(isBusy ? stop : isEditing ? leaveEdit : undefined);
  return (
    <Composer
      prompt={setup.prompt}
      onPrompt={write}
      isEditing={isEditing}
      onEdit={lastPrompt && !isBusy ? edit : undefined}
      onCancel={leaveEdit}
      onSend={send}
      onStop={isBusy ? stop : undefined}
      obstacle={useObstacle(setup)}
    />
  );
}

/** Which settings have a mistake, in words; empty if none has. */
function useObstacle({ shared, columns }: Setup): string {
  const words = useWords(WORDS);
  const isShared = columns.some((column) => !column.own);
  const wrong = [
    ...(isShared && isWrong(shared) ? [words.shared] : []),
    ...columns.filter(({ own }) => own && isWrong(own)).map(({ name }) => words.column(name)),
  ];
  return wrong.length ? words.mend(wrong.join(", ")) : "";
}

const isWrong = ({ params }: Settings): boolean => Object.keys(paramsOf(params).faults).length > 0;
