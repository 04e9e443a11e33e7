// The frame: where one is, who one is, which language, which model answers.
import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { useWords } from "../language/language";
import { SignInAgain } from "../session/SignInAgain";
import { useSession } from "../session/session";
import mark from "./mark.svg";
import { PARTS } from "./parts";
import { Settings } from "./Settings";
import { StandInNote } from "./StandInNote";
import { useTitle } from "./title";
import { WORDS } from "./words";

export function Shell({ children }: { children: ReactNode }) {
  const words = useWords(WORDS);
  const { state } = useSession();
  const content = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const name = PARTS.find((part) => path.split("/")[1] === part.name)?.name;
  const title = name ? words.parts[name] : "";
  useTitle(title);
  useArrival(content, name);
  return (
    <div className="shell">
      {/* No link to `#content`: what is behind `#` in the address is the path. */}
      <button type="button" className="skip" onClick={() => content.current?.focus()}>
        {words.skip}
      </button>
      <aside>
        <Link className="brand" href="/ask">
          <img src={mark} alt="" />
          <span>Freshet</span>
        </Link>
        <Navigation here={name} />
        <Settings />
      </aside>
      <main ref={content} tabIndex={-1} aria-label={title || undefined}>
        {state.is === "in" && state.lost && <SignInAgain />}
        <StandInNote />
        {children}
      </main>
    </div>
  );
}

/** On the way to another part the focus goes with one: a screen reader says its name and reads on from there. */
function useArrival(content: { current: HTMLElement | null }, name: string | undefined): void {
  const before = useRef(name);
  useEffect(() => {
    if (before.current && before.current !== name) {
      content.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
    before.current = name;
  }, [content, name]);
}

/** A phone has no room for long words. */
function Navigation({ here }: { here: string | undefined }) {
  const words = useWords(WORDS);
  return (
    <nav aria-label={words.navigation}>
      {PARTS.map(({ name, icon: Icon }) => (
        <Link key={name} href={`/${name}`} aria-current={name === here ? "page" : undefined}>
          <Icon aria-hidden />
          <span className="on-desk">{words.parts[name]}</span>
          <span className="on-phone">{words.short[name]}</span>
        </Link>
      ))}
    </nav>
  );
}
