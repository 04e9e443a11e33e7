// The calls of tools, as they form: name, arguments, result.
import { Wrench } from "lucide-react";
import type { ToolCall } from "../../api/run";
import { useWords } from "../../language/language";
import { Badge } from "../../ui/feedback";
import { WORDS } from "../words";

export function ToolCalls({ calls, isUnderWay }: { calls: readonly ToolCall[]; isUnderWay: boolean }) {
  const words = useWords(WORDS);
  if (!calls.length) return null;
  return (
    <ol className="playground-calls" aria-label={words.calls}>
      {calls.map((call, at) => (
        <li key={call.id || at}>
          <p className="row">
            <Wrench aria-hidden />
            <span className="playground-number">{at + 1}</span>
            <code>{call.name || "…"}</code>
            {isUnderWay && call.result === undefined && (
              <Badge tone="accent">{isWhole(call.arguments) ? words.running : words.forming}</Badge>
            )}
          </p>
          <Code label={words.arguments} text={call.arguments} />
          {call.result !== undefined && <Code label={words.result} text={call.result} />}
        </li>
      ))}
    </ol>
  );
}

function Code({ label, text }: { label: string; text: string }) {
  return (
    <div className="playground-code">
      <span>{label}</span>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys */}
      <pre tabIndex={0}>{laidOut(text)}</pre>
    </div>
  );
}

/** JSON with its members on lines of their own; a text that is no JSON (yet) as it is. */
function laidOut(text: string): string {
  if (!isWhole(text)) return text;
  return JSON.stringify(JSON.parse(text), null, 2);
}

function isWhole(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
