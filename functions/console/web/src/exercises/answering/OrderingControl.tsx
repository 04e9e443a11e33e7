// Ordering with arrows; each move is said aloud, and the focus stays with the entry that moved.
import { ArrowDown, ArrowUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useWords } from "../../language/language";
import { moved } from "../editing/edits";
import type { Shown } from "../kinds";
import type { Answer } from "./answers";
import { WORDS } from "./words";

interface Props {
  question: Extract<Shown, { type: "ordering" }>;
  answer: Answer | undefined;
  onAnswer: (answer: Answer) => void;
}

type Step = -1 | 1;

export function OrderingControl({ question: { entries }, answer, onAnswer }: Props) {
  const words = useWords(WORDS);
  const list = useRef<HTMLOListElement>(null);
  const [said, setSaid] = useState("");
  const [last, setLast] = useState<{ id: string; step: Step } | null>(null);
  const texts = new Map(entries.map(({ id, text }) => [id, text]));
  const order = Array.isArray(answer) && answer.length === texts.size ? answer : [...texts.keys()];
  useEffect(() => {
    if (last) focusEntry(list.current, last.id, last.step);
  }, [last]);
  const move = (at: number, step: Step) => {
    const id = order[at] ?? "";
    onAnswer(moved(order, at, at + step));
    setSaid(words.place(texts.get(id) ?? "", at + step + 1));
    setLast({ id, step });
  };
  return (
    <div className="stack exercises-tight">
      <p className="small soft">{words.order}</p>
      <ol className="exercises-order" ref={list}>
        {order.map((id, at) => {
          const text = texts.get(id) ?? "";
          return (
            <li key={id} data-entry={id}>
              <span className="soft">{at + 1}.</span>
              <span className="grow" dir="auto">
                {text}
              </span>
              <button
                type="button"
                className="plain small"
                data-step={-1}
                aria-label={words.up(text)}
                disabled={at === 0}
                onClick={() => move(at, -1)}
              >
                <ArrowUp aria-hidden />
              </button>
              <button
                type="button"
                className="plain small"
                data-step={1}
                aria-label={words.down(text)}
                disabled={at === order.length - 1}
                onClick={() => move(at, 1)}
              >
                <ArrowDown aria-hidden />
              </button>
            </li>
          );
        })}
      </ol>
      <p className="hidden" role="status">
        {said}
      </p>
    </div>
  );
}

/** At the list's end the arrow that was pressed can't be pressed again: the other one has the focus then. */
function focusEntry(list: HTMLElement | null, id: string, step: Step): void {
  const row = [...(list?.children ?? [])].find((one) => (one as HTMLElement).dataset.entry === id);
  const pressed = row?.querySelector<HTMLButtonElement>(`[data-step="${step}"]:enabled`);
  (pressed ?? row?.querySelector<HTMLButtonElement>("button:enabled"))?.focus();
}
