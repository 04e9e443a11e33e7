// The colour of a type of events, beside its name: colour alone says nothing.
import { inkOf } from "./types";

export function Ink({ type }: { type: string }) {
  return <i className="events-ink" aria-hidden style={{ color: inkOf(type) }} />;
}
