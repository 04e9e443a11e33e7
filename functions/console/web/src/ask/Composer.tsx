// The box for a question. Enter sends it, unless it ends the input of a character (Chinese, Japanese, Korean).
import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useWords } from "../language/language";
import { MAX_QUESTION, type Scope } from "./conversation";
import { ScopeFields } from "./ScopeFields";
import { WORDS } from "./words";

interface Props {
  scope: Scope;
  onScope: (scope: Scope) => void;
  onAsk: (question: string) => void;
  onStop: () => void;
  isUnderWay: boolean;
  isFollowUp: boolean;
}

const COMPOSING = 229; // Safari ends a composition before the key's own event, which then says this

export function Composer({ scope, onScope, onAsk, onStop, isUnderWay, isFollowUp }: Props) {
  const words = useWords(WORDS);
  const [question, setQuestion] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const canAsk = question.trim() !== "" && !isUnderWay;
  const ask = () => {
    if (!canAsk) return;
    setQuestion("");
    onAsk(question.trim());
  };
  const hear = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const isComposing = event.nativeEvent.isComposing || event.keyCode === COMPOSING;
    if (event.key !== "Enter" || event.shiftKey || isComposing) return;
    event.preventDefault();
    ask();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the sample that began a conversation is gone
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) box.current?.focus({ preventScroll: true });
  }, [isFollowUp]);
  return (
    <form
      className="ask-composer"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <textarea
        ref={box}
        aria-label={words.question}
        aria-describedby={id}
        placeholder={isFollowUp ? words.followUp : words.placeholder}
        rows={2}
        maxLength={MAX_QUESTION}
        value={question}
        dir="auto"
        onChange={(event) => setQuestion(event.target.value)}
        onKeyDown={hear}
      />
      <div className="ask-composer-foot">
        <ScopeFields scope={scope} onScope={onScope} />
        {isUnderWay ? (
          <button type="button" className="ask-send" onClick={onStop}>
            <Square aria-hidden />
            {words.stop}
          </button>
        ) : (
          <button type="submit" className="primary ask-send" disabled={!canAsk}>
            <ArrowUp aria-hidden />
            {words.send}
          </button>
        )}
      </div>
      <span id={id} className="hidden">
        {words.sendHint}
      </span>
    </form>
  );
}
