// A conversation: its turns, and the box for the next question.
import { ArrowDown, History, Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { useWords } from "../language/language";
import { Loading, Note } from "../ui/feedback";
import { useToasts } from "../ui/toasts";
import { Composer } from "./Composer";
import { asking, type Scope, scopeOf, type Turn } from "./conversation";
import { TurnView } from "./TurnView";
import { useConversation } from "./useConversation";
import { useFollowing } from "./useFollowing";
import { Welcome } from "./Welcome";
import { WORDS } from "./words";

interface Props {
  store: string;
  id: string;
  /** The address names it: it should be kept here. */
  isNamed: boolean;
  onAsk: () => void;
  onNew: () => void;
}

const NONE: readonly Turn[] = [];

export function Chat({ store, id, isNamed, onAsk, onNew }: Props) {
  const words = useWords(WORDS);
  const conversing = useConversation(store, id);
  const turns = conversing.turns ?? NONE;
  const [chosen, setChosen] = useState<Scope | null>(null);
  const scope = chosen ?? scopeOf(turns);
  const shown = useRef<HTMLDivElement>(null);
  const { isFollowing, toEnd } = useFollowing(shown, conversing.isUnderWay);
  const { stop, again } = useActions(conversing);
  useEscape(conversing.isUnderWay, stop);
  const ask = (question: string) => {
    onAsk();
    conversing.ask(asking(question, scope, turns));
    toEnd();
  };
  return (
    <div className="part ask">
      <header>
        <div>
          <h1>{words.title}</h1>
          <p>{words.subtitle}</p>
        </div>
        <div className="row">
          <Link className="button small" href="/ask/history">
            <History aria-hidden />
            {words.history}
          </Link>
          {turns.length > 0 && (
            <button type="button" className="small" onClick={onNew}>
              <Plus aria-hidden />
              {words.newConversation}
            </button>
          )}
        </div>
      </header>
      <div className="ask-turns" ref={shown}>
        {!conversing.turns && <Loading />}
        {conversing.turns?.length === 0 && isNamed && <Note>{words.notHere}</Note>}
        {conversing.turns?.length === 0 && <Welcome onAsk={ask} />}
        {turns.map((turn, at) => (
          <TurnView key={turn.key} turn={turn} onAgain={at === turns.length - 1 ? again : undefined} />
        ))}
        {!conversing.isKept && <Note tone="warn">{words.notKept}</Note>}
      </div>
      <div className="ask-foot">
        {!isFollowing && (
          <button type="button" className="small ask-latest" onClick={toEnd}>
            <ArrowDown aria-hidden />
            {words.toLatest}
          </button>
        )}
        <Composer
          scope={scope}
          onScope={setChosen}
          onAsk={ask}
          onStop={stop}
          isUnderWay={conversing.isUnderWay}
          isFollowUp={turns.length > 0}
        />
      </div>
    </div>
  );
}

/** What may fail, said where it does; neither is done twice at a time. Both stay the same functions. */
function useActions(conversing: { stop: () => Promise<void>; again: () => Promise<void> }) {
  const { say } = useToasts();
  const latest = useRef(conversing);
  latest.current = conversing;
  const [actions] = useState(() => {
    let isBusy = false;
    const once = (name: "stop" | "again") => async () => {
      if (isBusy) return;
      isBusy = true;
      await latest.current[name]().catch((error: Error) => say(error.message));
      isBusy = false;
    };
    return { stop: once("stop"), again: once("again") };
  });
  return actions;
}

/** Escape stops the answer, unless it closes a dialog or ends the input of a character. */
function useEscape(isUnderWay: boolean, stop: () => void): void {
  useEffect(() => {
    if (!isUnderWay) return;
    const hear = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open]")) stop();
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [isUnderWay, stop]);
}
