// A pattern as a chain of its steps, with how many sessions it is in.
import { ArrowRight } from "lucide-react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Ink } from "../Ink";
import { useTypeNames } from "../types";
import type { Pattern } from "./pattern";
import { WORDS } from "./words";

interface Props {
  pattern: Pattern;
  by: string;
  /** The highest share of all patterns: the bars are for comparing them. */
  highest: number;
}

export function PatternRow({ pattern, by, highest }: Props) {
  const words = useWords(WORDS);
  const { number, percent, duration } = useFormats();
  const { items, support, share, users, median_duration_seconds } = pattern;
  const taken = duration(median_duration_seconds * 1000);
  return (
    <li>
      <ol className="events-chain">
        {numbered(items).map(({ at, item }) => (
          <li key={at}>
            {at > 0 && <ArrowRight aria-label={words.next} role="img" />}
            <Step item={item} isType={by === "type"} />
          </li>
        ))}
      </ol>
      <div className="events-support">
        <meter aria-label={words.supportBar(percent(share))} value={share} max={highest} />
        <span className="soft small">
          {words.inSessions(number(support), percent(share))} · {words.users(number(users))} ·{" "}
          {words.takes(taken)}
        </span>
      </div>
    </li>
  );
}

/** The same step may come twice: its place is part of it. */
function numbered(items: readonly string[]) {
  return items.map((item, at) => ({ item, at }));
}

function Step({ item, isType }: { item: string; isType: boolean }) {
  const nameOf = useTypeNames();
  return (
    <span className="events-step">
      {isType && <Ink type={item} />}
      {isType ? nameOf(item) : item}
    </span>
  );
}
