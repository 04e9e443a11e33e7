// Erases what is known of the learner. It can't be taken back, so it is asked about.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Eraser } from "lucide-react";
import { useState } from "react";
import { answered, api } from "../../api/client";
import { useWords } from "../../language/language";
import { Dialog } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/feedback";
import { useToasts } from "../../ui/toasts";
import { DUE, PROFILE } from "../queries";
import { WORDS as SHARED } from "../words";
import { WORDS } from "./words";

export function EraseProfile() {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const client = useQueryClient();
  const { say } = useToasts();
  const [isAsking, setAsking] = useState(false);
  const erased = useMutation({
    mutationFn: () => answered(api.DELETE("/api/v1/user/profile")),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: PROFILE });
      void client.invalidateQueries({ queryKey: DUE });
      setAsking(false);
      say(words.erased);
    },
  });
  return (
    <div>
      <button type="button" className="danger" onClick={() => setAsking(true)}>
        <Eraser aria-hidden />
        {words.erase}
      </button>
      {isAsking && (
        <Dialog title={words.eraseTitle} onClose={() => setAsking(false)}>
          <div className="stack">
            <p>{words.eraseHint}</p>
            {erased.error && <ErrorNote error={erased.error} />}
            <div className="row">
              <button
                type="button"
                className="danger"
                disabled={erased.isPending}
                onClick={() => erased.mutate()}
              >
                {erased.isPending && <span className="spinner" aria-hidden />}
                {words.eraseNow}
              </button>
              <button type="button" onClick={() => setAsking(false)}>
                {shared.cancel}
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </div>
  );
}
