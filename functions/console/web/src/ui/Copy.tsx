// A button that copies a text, and says whether it did.
import { Check, Copy as CopyIcon } from "lucide-react";
import { useState } from "react";
import { useWords } from "../language/language";
import { useToasts } from "./toasts";
import { WORDS } from "./words";

const SHOWN_MS = 2_000;

export function Copy({ text, label }: { text: string | (() => string); label?: string }) {
  const words = useWords(WORDS);
  const { say } = useToasts();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setCopied(true);
      setTimeout(() => setCopied(false), SHOWN_MS);
    } catch {
      say(words.copyFailed);
    }
  };
  return (
    <button type="button" className="small plain" onClick={copy}>
      {copied ? <Check aria-hidden /> : <CopyIcon aria-hidden />}
      {copied ? words.copied : (label ?? words.copy)}
    </button>
  );
}
