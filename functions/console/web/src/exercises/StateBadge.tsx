import { useWords } from "../language/language";
import { Badge, type Tone } from "../ui/feedback";
import type { Exercise, State } from "./kinds";
import { WORDS } from "./words";

const TONES: Record<State, Tone> = { generating: "accent", ready: "good", partial: "warn" };

/** What is ready needs no mark on a list where most are. */
export function StateBadge({ exercise: { state } }: { exercise: Exercise }) {
  const words = useWords(WORDS);
  return state === "ready" ? null : <Badge tone={TONES[state]}>{words.state[state]}</Badge>;
}
