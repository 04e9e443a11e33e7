// Says that the model which answers is a stand-in, and how to come by a real one.
import { useState } from "react";
import { useWords } from "../language/language";
import { STAND_IN } from "../session/configuration";
import { useSession } from "../session/session";
import { Copy } from "../ui/Copy";
import { Note } from "../ui/feedback";
import { WORDS } from "./words";

const HIDDEN = "freshet.stand-in-note-hidden"; // until the tab is closed: it is worth being said again
const SETTINGS = `OPENAI_BASE_URL=https://api.openai.com/v1
OPENAI_API_KEY=sk-…
MODEL_NAME=gpt-4.1-mini
EMBEDDING_MODEL=text-embedding-3-small`;

export function StandInNote() {
  const words = useWords(WORDS);
  const { configuration } = useSession();
  const [isHidden, setIsHidden] = useState(sessionStorage.getItem(HIDDEN) === "yes");
  if (configuration.model !== STAND_IN || isHidden) return null;
  const hide = () => {
    sessionStorage.setItem(HIDDEN, "yes");
    setIsHidden(true);
  };
  return (
    <div className="banner">
      <Note tone="warn">
        <details>
          <summary>{words.standIn}</summary>
          <p>{words.realModel}</p>
          <pre>{SETTINGS}</pre>
          <Copy text={SETTINGS} />
        </details>
      </Note>
      <button type="button" className="plain small" onClick={hide}>
        {words.hide}
      </button>
    </div>
  );
}
