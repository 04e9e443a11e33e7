// Practice of what is due: one question at a time, each graded at once.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CalendarCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { PageHeader } from "../PageHeader";
import { DUE, dueQuery, PROFILE } from "../queries";
import { type Card, deckOf } from "./deck";
import { PracticeCard } from "./PracticeCard";
import { WORDS } from "./words";

export function PracticePage() {
  const words = useWords(WORDS);
  const { data: due, error, refetch } = useQuery(dueQuery);
  const [deck, setDeck] = useState<Card[] | null>(null); // as it was at the start: answers change what is due
  useEffect(() => {
    if (due) setDeck((before) => before ?? deckOf(due.items));
  }, [due]);
  return (
    <>
      <PageHeader title={words.practice} back={{ to: "/exercises/learning", label: words.backToLearning }} />
      {deck ? (
        <Deck deck={deck} />
      ) : error ? (
        <ErrorNote error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
    </>
  );
}

function Deck({ deck }: { deck: Card[] }) {
  const words = useWords(WORDS);
  const client = useQueryClient();
  const [at, setAt] = useState(0);
  const [tally, setTally] = useState({ right: 0, answered: 0 });
  const top = useRef<HTMLDivElement>(null);
  const card = deck[at];
  const isOver = deck.length > 0 && !card;
  useEffect(() => {
    if (!isOver) return;
    void client.invalidateQueries({ queryKey: DUE });
    void client.invalidateQueries({ queryKey: PROFILE });
  }, [isOver, client]);
  const count = (isRight: boolean) =>
    setTally(({ right, answered }) => ({ right: right + Number(isRight), answered: answered + 1 }));
  const goOn = () => {
    setAt(at + 1);
    top.current?.focus();
  };
  if (!card)
    return (
      <Empty icon={CalendarCheck} title={isOver ? words.finished : words.nothingDue}>
        <p>{isOver ? words.finishedHint(tally.right, tally.answered) : words.nothingDueHint}</p>
        <Link className="button exercises-primary" href="/exercises/learning">
          {words.backToLearning}
        </Link>
      </Empty>
    );
  return (
    <div className="stack" ref={top} tabIndex={-1}>
      <div className="row">
        <progress className="grow" max={deck.length} value={at} aria-label={words.practice} />
        <span role="status">{words.of(at + 1, deck.length)}</span>
      </div>
      <PracticeCard key={at} number={at + 1} card={card} onGraded={count} onNext={goOn} />
    </div>
  );
}
