// Who one is, the page's language and colours, and the way to the API's reference.
import { BookOpen, LogOut, type LucideIcon, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { API } from "../api/base";
import { useLanguage, useWords } from "../language/language";
import { useSession } from "../session/session";
import { SCHEMES, type Scheme, useScheme } from "./scheme";
import "./settings.css";
import { WORDS } from "./words";

const ICONS: Record<Scheme, LucideIcon> = { system: Monitor, light: Sun, dark: Moon };

export function Settings() {
  const words = useWords(WORDS);
  const { language, choose } = useLanguage();
  return (
    <div className="settings">
      <Who />
      <div className="settings-row">
        <button
          type="button"
          className="plain small"
          lang={language === "en" ? "zh-CN" : "en"}
          onClick={() => choose(language === "en" ? "zh" : "en")}
        >
          {words.language}
        </button>
        <SchemeChoice />
        <a
          className="button plain small"
          href={`${API}docs`}
          target="_blank"
          rel="noreferrer"
          title={words.reference}
          aria-label={words.reference}
        >
          <BookOpen aria-hidden />
        </a>
      </div>
    </div>
  );
}

function SchemeChoice() {
  const words = useWords(WORDS);
  const [scheme, setScheme] = useScheme();
  return (
    <fieldset className="schemes">
      <legend className="hidden">{words.colours}</legend>
      {SCHEMES.map((one) => {
        const Icon = ICONS[one];
        return (
          <label key={one} title={words.scheme[one]}>
            <input type="radio" name="scheme" checked={one === scheme} onChange={() => setScheme(one)} />
            <Icon aria-hidden />
            <span className="hidden">{words.scheme[one]}</span>
          </label>
        );
      })}
    </fieldset>
  );
}

function Who() {
  const words = useWords(WORDS);
  const { state, signOut } = useSession();
  if (state.is !== "in") return null;
  const { caller } = state;
  const name = caller.kind === "person" ? caller.name : words.callers[caller.kind];
  return (
    <div className="who">
      <UserRound aria-hidden />
      <span className="clip" title={name}>
        <span className="hidden">{words.caller}</span>
        {name}
      </span>
      {caller.kind !== "local" && (
        <button
          type="button"
          className="plain small"
          title={words.signOut}
          aria-label={words.signOut}
          onClick={signOut}
        >
          <LogOut aria-hidden />
        </button>
      )}
    </div>
  );
}
