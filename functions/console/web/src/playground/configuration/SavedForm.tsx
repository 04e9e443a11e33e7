// The frame of a form that is saved at the server, and the error that it answers with.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { useWords } from "../../language/language";
import { ErrorNote } from "../../ui/feedback";
import { useToasts } from "../../ui/toasts";
import { WORDS } from "./words";

interface Props {
  title: string;
  onSave: () => void;
  onCancel: () => void;
  saving: { isPending: boolean; error: Error | null };
  /** Something is wrong that can be told without the server. */
  isFaulty: boolean;
  children: ReactNode;
}

export function SavedForm({ title, onSave, onCancel, saving, isFaulty, children }: Props) {
  const words = useWords(WORDS);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (saving.error) showFault(form.current);
  }, [saving.error]);
  return (
    <form
      ref={form}
      className="stack loose"
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <h3>{title}</h3>
      {children}
      {saving.error && <ErrorNote error={saving.error} />}
      <div className="row">
        <button type="submit" className="primary" disabled={saving.isPending || isFaulty}>
          {saving.isPending ? words.saving : words.save}
        </button>
        <button type="button" onClick={onCancel}>
          {words.cancel}
        </button>
      </div>
    </form>
  );
}

/** The first field that the server refused may be out of sight. */
function showFault(form: HTMLFormElement | null): void {
  const field = form?.querySelector<HTMLElement>("[aria-invalid=true]");
  const folded = field?.closest("details");
  if (folded) folded.open = true;
  field?.focus();
}

/** Saves, has the list read again, says so, and is done. */
export function useSaving(
  queryKey: readonly string[],
  save: () => Promise<{ name: string }>,
  onDone: () => void,
) {
  const words = useWords(WORDS);
  const { say } = useToasts();
  const client = useQueryClient();
  return useMutation({
    mutationFn: save,
    onSuccess: async ({ name }) => {
      await client.invalidateQueries({ queryKey });
      say(words.saved(name));
      onDone();
    },
  });
}
