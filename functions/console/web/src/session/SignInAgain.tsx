// A session that ended while the page was in use: said above the page, which stays as it is, with all that was
// typed into it, until somebody signs in again.
import { useState } from "react";
import { useWords } from "../language/language";
import { Dialog } from "../ui/Dialog";
import { Note } from "../ui/feedback";
import { SignInForm } from "./SignInForm";
import { useSession } from "./session";
import "./session.css";
import { WORDS } from "./words";

export function SignInAgain() {
  const words = useWords(WORDS);
  const { configuration } = useSession();
  const [isOpen, setIsOpen] = useState(true);
  return (
    <div className="banner bad">
      <Note tone="bad">{words.lostHere}</Note>
      <button type="button" className="small" onClick={() => setIsOpen(true)}>
        {words.again}
      </button>
      {isOpen && (
        <Dialog title={words.again} onClose={() => setIsOpen(false)}>
          <div className="stack">
            <p className="soft">{configuration.sign_in ? words.againHint : words.againHintKey}</p>
            <SignInForm />
          </div>
        </Dialog>
      )}
    </div>
  );
}
