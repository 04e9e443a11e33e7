import { Ban, CircleAlert, CircleCheck, Clock } from "lucide-react";
import { useWords } from "../../language/language";
import { Badge, type Tone } from "../../ui/feedback";
import type { RunRecord } from "./records";
import { WORDS } from "./words";

type Status = RunRecord["status"];
const TONES: Record<Status, Tone> = {
  queued: "",
  running: "accent",
  done: "good",
  failed: "bad",
  stopped: "warn",
};
const ICONS = { queued: Clock, done: CircleCheck, failed: CircleAlert, stopped: Ban };

/** Colour, sign and word: each says it alone. */
export function StateBadge({ status }: { status: Status }) {
  const words = useWords(WORDS);
  const Icon = status === "running" ? null : ICONS[status];
  return (
    <Badge tone={TONES[status]}>
      {Icon ? <Icon aria-hidden size={14} /> : <span className="spinner" aria-hidden />}
      {words.state[status]}
    </Badge>
  );
}
