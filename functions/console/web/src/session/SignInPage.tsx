// What is shown in the console's place to those who are not in: loading, unreachable, signed out.
import type { ReactNode } from "react";
import mark from "../app/mark.svg";
import { useTitle } from "../app/title";
import { useLanguage, useWords } from "../language/language";
import { ErrorNote, Loading, Note } from "../ui/feedback";
import type { State } from "./entry";
import { SignInFailure } from "./failure";
import { SignInForm } from "./SignInForm";
import "./session.css";
import { WORDS } from "./words";

export function Opening() {
  const words = useWords(WORDS);
  return (
    <main className="opening">
      <Loading what={words.starting} />
    </main>
  );
}

export function Unreachable({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <Entrance>
      <ErrorNote error={error} onRetry={onRetry} />
    </Entrance>
  );
}

export function SignInPage({ state }: { state: Extract<State, { is: "signed-out" }> }) {
  const words = useWords(WORDS);
  useTitle(words.title);
  return (
    <Entrance>
      {state.lost && <Note tone="warn">{words.lost}</Note>}
      {state.error && <Refusal error={state.error} />}
      <SignInForm />
    </Entrance>
  );
}

function Entrance({ children }: { children: ReactNode }) {
  const words = useWords(WORDS);
  const { language, choose } = useLanguage();
  return (
    <main className="sign-in card stack">
      <header>
        <img src={mark} alt="" width={36} height={36} />
        <h1>{words.welcome}</h1>
      </header>
      {children}
      <button
        type="button"
        className="plain small"
        lang={language === "en" ? "zh-CN" : "en"}
        onClick={() => choose(language === "en" ? "zh" : "en")}
      >
        {words.language}
      </button>
    </main>
  );
}

function Refusal({ error }: { error: Error }) {
  const words = useWords(WORDS);
  if (!(error instanceof SignInFailure)) return <ErrorNote error={error} />;
  return (
    <Note tone="bad">
      <p>{words[error.is]}</p>
      {error.message && <p className="small">{error.message}</p>}
    </Note>
  );
}
