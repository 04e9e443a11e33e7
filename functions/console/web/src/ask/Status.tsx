// What an answer is doing, for eyes and for screen readers; words that come are not announced one by one.
import { RefreshCw, Square } from "lucide-react";
import type { Run } from "../api/run";
import { useWords } from "../language/language";
import { WORDS } from "./words";

type Doing = keyof (typeof WORDS)["en"]["status"];

export function Status({ run }: { run: Run }) {
  const words = useWords(WORDS);
  const doing = doingOf(run);
  const isSilent = doing === "done" || doing === "failed"; // to the eyes: what is there says it
  return (
    <div className={isSilent ? "hidden" : "ask-status"} role="status">
      {["searching", "thinking", "writing"].includes(doing) && <span className="spinner" aria-hidden />}
      {doing === "reconnecting" && <RefreshCw aria-hidden />}
      {doing === "stopped" && <Square aria-hidden />}
      {words.status[doing]}
    </div>
  );
}

function doingOf({ phase, content, reasoning }: Run): Doing {
  if (phase === "asking" || phase === "idle") return "searching";
  if (phase === "broken") return "reconnecting";
  if (phase === "streaming") return reasoning && !content ? "thinking" : "writing";
  return phase;
}
