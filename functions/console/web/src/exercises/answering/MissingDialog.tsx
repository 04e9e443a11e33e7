// Asks before a test is submitted that is not answered as a whole.
import { useWords } from "../../language/language";
import { Dialog } from "../../ui/Dialog";
import { WORDS } from "./words";

interface Props {
  missing: string[];
  onSubmit: () => void;
  onClose: () => void;
}

export function MissingDialog({ missing, onSubmit, onClose }: Props) {
  const words = useWords(WORDS);
  const goThere = () => {
    onClose();
    // Once the dialog has given the focus back.
    setTimeout(() => {
      const question = document.querySelector<HTMLElement>(
        `[data-question="${CSS.escape(missing[0] ?? "")}"]`,
      );
      question?.scrollIntoView({ block: "center" });
      question?.querySelector<HTMLElement>("input, select, textarea, button:enabled")?.focus();
    });
  };
  return (
    <Dialog title={words.missing(missing.length)} onClose={onClose}>
      <div className="stack">
        <p>{words.missingHint}</p>
        <div className="row">
          <button type="button" className="primary" onClick={goThere}>
            {words.goThere}
          </button>
          <button type="button" onClick={onSubmit}>
            {words.submitAnyway}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
